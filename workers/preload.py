"""`python -m workers.preload`: all workers of one machine, forked from a process with everything imported.

What is imported is kept in memory once, and a worker starts within a moment. The parent makes no engine,
keeps no socket and starts no thread: each worker makes its own after the fork. It serves no queue itself; it
starts workers again that died, starts those on demand when a job waits in their queue, and records their
heartbeats while they are not needed.
"""

import ctypes
import gc
import os
import signal
import sys
from importlib import import_module

import structlog
from celery.signals import worker_ready
from redis.exceptions import RedisError
from sqlalchemy.orm import configure_mappers

from newsletter.core import clock, logs
from newsletter.core.queue import Queue
from newsletter.health.heartbeats import EVERY_SECONDS, open_redis
from workers import heartbeats
from workers.app import app, settings
from workers.idle import end_when_idle
from workers.layout import WORKERS, QueueWorker

log = structlog.get_logger(__name__)

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # prctl(2)
LOOK_SECONDS = 0.5  # between two looks into the queues of workers on demand
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a worker that died is started again
LIVED_SECONDS = 10.0  # who lived as long did not die of its start
SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
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


class Parent:
    """Starts the workers, keeps them running, and ends with them."""

    def __init__(self, workers: tuple[QueueWorker, ...]) -> None:
        self.children = [Child(worker) for worker in workers]
        self.stopping = False
        self.recorded_at = float("-inf")

    def run(self) -> None:
        """Until a TERM, and then until every worker has ended."""
        while not self.stopping or self._running():
            if not self.stopping:
                self._start()
                self._record_heartbeats()
            self._wait()

    def _start(self) -> None:
        asleep = [child for child in self.children if child.worker.on_demand and child.may_start]
        wanted = _with_jobs([child.worker.queue for child in asleep])
        for child in self.children:
            if child.may_start and (not child.worker.on_demand or child.worker.queue in wanted):
                child.start()

    def _record_heartbeats(self) -> None:
        """Workers on demand are as good as there, as long as there is somebody to start them."""
        if clock.monotonic() - self.recorded_at >= EVERY_SECONDS:
            self.recorded_at = clock.monotonic()
            heartbeats.say(*(child.worker.queue.value for child in self.children if child.asleep))

    def _wait(self) -> None:
        """For a signal, or the next look into the queues; then collect who has ended."""
        heard = signal.sigtimedwait(SIGNALS, LOOK_SECONDS)
        if heard is not None and heard.si_signo != signal.SIGCHLD and not self.stopping:
            self.stopping = True
            for child in self._running():
                os.kill(child.pid or 0, signal.SIGTERM)
        for child in self._running():
            pid, status = os.waitpid(child.pid or 0, os.WNOHANG)
            if pid:
                child.ended(status, asked=self.stopping)

    def _running(self) -> list[Child]:
        return [child for child in self.children if child.pid is not None]


def _with_jobs(queues: list[Queue]) -> set[Queue]:
    """Those of `queues` in which a job waits; none when Redis does not answer."""
    if not queues:
        return set()
    try:
        with open_redis(settings().effective_redis_url, heartbeats.PATIENCE_SECONDS) as client:
            return {queue for queue in queues if client.llen(queue.value)}
    except (RedisError, OSError):
        return set()


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
    Parent(WORKERS).run()


if __name__ == "__main__":
    main()
