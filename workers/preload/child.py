"""A worker as its parent sees it, and what it is after the fork."""

from functools import partial

import structlog
from celery.signals import worker_ready

from newsletter.core.forked import ForkedProcess
from workers.app import app, settings
from workers.idle import end_when_idle
from workers.layout import QueueWorker

log = structlog.get_logger(__name__)


class Child(ForkedProcess):
    """A worker as its parent sees it: its process, if it has one, and when it may be started (again)."""

    def __init__(self, worker: QueueWorker) -> None:
        super().__init__(worker.queue.value, partial(_serve, worker))
        self.worker = worker

    @property
    def asleep(self) -> bool:
        """Whether it is not running because nothing waits for it."""
        return self.worker.on_demand and self.pid is None and self.pause == 0

    def has_ended(self, code: int, *, asked: bool) -> None:
        """Note how it ended: with `code`; `asked` whether it was asked to end."""
        expected = asked or (code == 0 and self.worker.on_demand)
        how = self.ended(code, expected=expected)
        if not expected:
            log.warning("a worker ended; it is started again", queue=self.worker.queue.value, how=how)


def _serve(worker: QueueWorker) -> int:
    """Be the worker; its exit code."""
    if worker.on_demand:
        worker_ready.connect(lambda **_: end_when_idle(worker.queue), weak=False)
    # Not by the command line: its shell would be imported by each of them.
    celery_worker = app.Worker(**worker.options(settings().bulk_processes))
    celery_worker.start()
    return celery_worker.exitcode or 0
