"""A worker as its parent sees it, and what it is after the fork."""

import ctypes
import os
import signal
import sys

import structlog
from celery.signals import worker_ready

from newsletter.core import clock
from workers.app import app, settings
from workers.idle import end_when_idle
from workers.layout import QueueWorker

log = structlog.get_logger(__name__)

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # prctl(2)
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a worker that died is started again
LIVED_SECONDS = 10.0  # who lived as long did not die of its start
SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}  # the parent waits for them; they are blocked there


class Child:
    """A worker as its parent sees it: its process, if it has one, and when it may be started (again)."""

    def __init__(self, worker: QueueWorker) -> None:
        self.worker = worker
        self.pid: int | None = None
        self.began = 0.0
        self.pause = 0.0  # seconds; not 0 after it died
        self.earliest = 0.0

    @property
    def asleep(self) -> bool:
        """Whether it is not running because nothing waits for it."""
        return self.worker.on_demand and self.pid is None and self.pause == 0

    @property
    def may_start(self) -> bool:
        return self.pid is None and clock.monotonic() >= self.earliest

    def start(self) -> None:
        """Fork it. In the child this does not return."""
        self.began = clock.monotonic()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            _serve(self.worker, parent)

    def ended(self, status: int, *, asked: bool) -> None:
        """Note how it ended: `status` is that of wait(2), `asked` whether it was asked to end."""
        code = os.waitstatus_to_exitcode(status)
        self.pid = None
        if asked or (code == 0 and self.worker.on_demand):
            self.pause = 0.0
            return
        early = clock.monotonic() - self.began < LIVED_SECONDS
        self.pause = min(self.pause * 2, LONGEST_PAUSE) if early and self.pause else SHORTEST_PAUSE
        self.earliest = clock.monotonic() + self.pause
        how = signal.Signals(-code).name if code < 0 else f"code {code}"
        log.warning("a worker ended; it is started again", queue=self.worker.queue.value, how=how)


def _serve(worker: QueueWorker, parent: int) -> None:
    """Be the worker, in the child; asked to end when the parent is gone (Linux)."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        libc.prctl(PR_SET_NAME, worker.queue.value.encode(), 0, 0, 0)  # for `ps -o comm` and `top`
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    if worker.on_demand:
        worker_ready.connect(lambda **_: end_when_idle(worker.queue), weak=False)
    # Not by the command line: its shell would be imported by each of them.
    celery_worker = app.Worker(**worker.options(settings().bulk_processes))
    celery_worker.start()
    sys.exit(celery_worker.exitcode or 0)
