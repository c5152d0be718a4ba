"""The processes of the parent: what it sees of them, and what each is after the fork."""

import asyncio
from functools import partial

import structlog
from celery.signals import worker_ready

from newsletter.core.forked import ForkedProcess
from newsletter.core.queue import Queue
from newsletter.incoming.listening_socket import ListeningSocket
from newsletter.incoming.receive import Receiver
from newsletter.incoming.server import serve
from workers.app import app, runtime, settings
from workers.idle import IDLE_SECONDS, end_when_idle
from workers.layout import QueueWorker

log = structlog.get_logger(__name__)


class Child(ForkedProcess):
    """A process that is always there."""

    on_demand = False

    def is_wanted(self, waiting: set[Queue]) -> bool:
        """Whether to start it, while jobs wait in the queues `waiting`."""
        return True

    def has_ended(self, code: int, *, asked: bool) -> None:
        """Note how it ended: with `code`; `asked` whether it was asked to end."""
        expected = asked or (code == 0 and self.on_demand)
        how = self.ended(code, expected=expected)
        if not expected:
            log.warning("a worker ended; it is started again", name=self.name, how=how)


class QueueChild(Child):
    """The worker of a queue: its process, if it has one, and when it may be started (again)."""

    def __init__(self, worker: QueueWorker, mail: ListeningSocket) -> None:
        super().__init__(worker.queue.value, partial(_serve, worker, mail))
        self.queue = worker.queue
        self.on_demand = worker.on_demand

    def is_wanted(self, waiting: set[Queue]) -> bool:
        return not self.on_demand or self.queue in waiting

    @property
    def asleep(self) -> bool:
        """Whether it is not running because nothing waits for it."""
        return self.on_demand and self.pid is None and self.pause == 0


class MailListener(Child):
    """The listener for mail that comes in: there while somebody is connected, and a minute longer."""

    on_demand = True

    def __init__(self, mail: ListeningSocket) -> None:
        super().__init__("mail", partial(_listen, mail))
        self.mail = mail

    def is_wanted(self, waiting: set[Queue]) -> bool:
        return self.mail.has_visitor()


def _serve(worker: QueueWorker, mail: ListeningSocket) -> int:
    """Be the worker; its exit code."""
    mail.close()
    if worker.on_demand:
        worker_ready.connect(lambda **_: end_when_idle(worker.queue), weak=False)
    # Not by the command line: its shell would be imported by each of them.
    celery_worker = app.Worker(**worker.options(settings().bulk_processes))
    celery_worker.start()
    return celery_worker.exitcode or 0


def _listen(mail: ListeningSocket) -> int:
    """Be the listener."""
    assert mail.socket is not None  # noqa: S101 - somebody is connected to it
    receiver = Receiver(runtime().sessions, runtime().links)
    name = settings().effective_mail_domain
    asyncio.run(serve(receiver, name, mail.socket, idle_seconds=IDLE_SECONDS))
    return 0
