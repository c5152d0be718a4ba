"""The workers of one machine as their parent sees them, and what each is after the fork."""

import asyncio
import gc
from collections.abc import Callable
from functools import partial
from importlib import import_module

from celery.signals import worker_ready
from redis.exceptions import RedisError
from sqlalchemy.orm import configure_mappers

from newsletter.core import clock
from newsletter.core.forked import ForkedProcess
from newsletter.core.queue import Queue
from newsletter.health.heartbeats import EVERY_SECONDS, open_redis
from newsletter.incoming.listening_socket import ListeningSocket
from newsletter.incoming.receive import Receiver
from newsletter.incoming.server import serve
from workers import heartbeats
from workers.app import app, runtime, settings
from workers.idle import IDLE_SECONDS, end_when_idle
from workers.layout import QueueWorker
from workers.preload.one_machine import ON_ONE_MACHINE

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


class QueueChild(ForkedProcess):
    """The worker of a queue: its process, if it has one, and when it may be started (again)."""

    def __init__(self, worker: QueueWorker, close_sockets: Callable[[], None]) -> None:
        super().__init__(worker.queue.value, partial(_serve, worker, close_sockets))
        self.queue, self.on_demand = worker.queue, worker.on_demand
        self.has_jobs = False  # when somebody last looked

    @property
    def is_wanted(self) -> bool:
        return self.has_jobs or not self.on_demand

    @property
    def is_asleep(self) -> bool:
        """Whether it is not running because nothing waits for it."""
        return self.on_demand and self.pid is None and self.pause == 0


class MailListener(ForkedProcess):
    """The listener for mail that comes in: there while somebody is connected, and a minute longer."""

    on_demand = True

    def __init__(self, mail: ListeningSocket, close_sockets: Callable[[], None]) -> None:
        super().__init__("mail", partial(_listen, mail, close_sockets))
        self.mail = mail

    @property
    def is_wanted(self) -> bool:
        return self.mail.has_visitor()


class Workers:
    """All of them. When it is made, everything that they need is imported (`preload`).

    `close_sockets`: what a worker does about other sockets that its parent listens on.
    """

    def __init__(self, close_sockets: Callable[[], None]) -> None:
        preload()
        self.mail = ListeningSocket(settings().mail_host, settings().effective_mail_port)

        def close_all() -> None:
            close_sockets()
            self.mail.close()

        self.queues = [QueueChild(worker, close_all) for worker in ON_ONE_MACHINE]
        listener = [MailListener(self.mail, close_sockets)] if self.mail.port else []
        self.children: list[ForkedProcess] = [*self.queues, *listener]
        self.recorded_at = float("-inf")

    def look(self) -> None:
        """See what there is to do, and record heartbeats of those who are not needed.

        Workers on demand are as good as there, as long as there is somebody to start them.
        """
        asleep = [child for child in self.queues if child.on_demand and child.may_start]
        waiting = _with_jobs([child.queue for child in asleep])
        for child in asleep:
            child.has_jobs = child.queue in waiting
        if clock.monotonic() - self.recorded_at >= EVERY_SECONDS:
            self.recorded_at = clock.monotonic()
            heartbeats.say(*(child.queue.value for child in self.queues if child.is_asleep))


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


def _with_jobs(queues: list[Queue]) -> set[Queue]:
    """Those of `queues` in which a job waits; none when Redis does not answer."""
    if not queues:
        return set()
    try:
        with open_redis(settings().effective_redis_url, heartbeats.PATIENCE_SECONDS) as client:
            return {queue for queue in queues if client.llen(queue.value)}
    except (RedisError, OSError):
        return set()


def _serve(worker: QueueWorker, close_sockets: Callable[[], None]) -> int:
    """Be the worker; its exit code."""
    close_sockets()
    if worker.on_demand:
        worker_ready.connect(lambda **_: end_when_idle(worker.queue), weak=False)
    # Not by the command line: its shell would be imported by each of them.
    celery_worker = app.Worker(**worker.options(settings().bulk_processes))
    celery_worker.start()
    return celery_worker.exitcode or 0


def _listen(mail: ListeningSocket, close_sockets: Callable[[], None]) -> int:
    """Be the listener."""
    close_sockets()
    assert mail.socket is not None  # noqa: S101 - somebody is connected to it
    receiver = Receiver(runtime().sessions, runtime().links)
    name = settings().effective_mail_domain
    asyncio.run(serve(receiver, name, mail.socket, idle_seconds=IDLE_SECONDS))
    return 0
