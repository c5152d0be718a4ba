"""Import everything, then serve every queue, and take mail that comes in, until a TERM."""

import gc
import signal
from importlib import import_module

from sqlalchemy.orm import configure_mappers

from newsletter.core import logs
from newsletter.core.forked import SIGNALS
from newsletter.incoming.listening_socket import ListeningSocket
from workers.app import app, settings
from workers.layout import WORKERS
from workers.preload.parent import Parent

# What is imported when a worker starts, or with its first job.
STARTED_WITH = (
    "billiard.popen_fork",
    "billiard.sharedctypes",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.worker",
    "celery.backends.base",
    "celery.concurrency.prefork",
    "celery.concurrency.solo",
    "celery.events.receiver",
    "celery.worker.autoscale",
    "celery.worker.consumer",
    "celery.worker.consumer.delayed_delivery",
    "celery.worker.strategy",
    "kombu.pidbox",
    "kombu.transport.redis",
    "newsletter.rendering.premailer_adapter",
)


def preload() -> None:
    """Import everything that a worker needs, and keep the garbage collector away from it (`gc.freeze`)."""
    gc.disable()
    app.loader.import_default_modules()
    for name in STARTED_WITH:
        import_module(name)
    configure_mappers()
    gc.collect()
    gc.freeze()
    gc.enable()


def main() -> None:
    """Serve every queue until a TERM."""
    logs.configure(settings().log_format)
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    preload()
    mail = ListeningSocket(settings().mail_host, settings().effective_mail_port)
    Parent(WORKERS, mail).run()


if __name__ == "__main__":
    main()
