"""How each queue is served: the options of its Celery worker, on one page.

The Procfile starts a process for each (a test compares the two), `newsletter run` all by `workers.preload`.
"""

from dataclasses import dataclass
from typing import Any

from celery.concurrency import get_implementation
from celery.utils.nodenames import host_format

from newsletter.core.queue import Queue

BULK_PROCESSES = "${BULK_PROCESSES:-2}"


@dataclass(frozen=True)
class QueueWorker:
    """The worker of one queue.

    `processes`: how many do its jobs, `BULK_PROCESSES` the setting; 0: its main process does them by itself.
    `time_limit_seconds`: a process whose job takes longer is killed and replaced.
    `on_demand`: on a single machine it is started when a job waits, and ends when it has been idle.
    """

    queue: Queue
    processes: int | str = 0
    prefetch_multiplier: int | None = None
    time_limit_seconds: int | None = None
    on_demand: bool = False
    number: int = 1  # of several workers of the queue

    @property
    def name(self) -> str:
        """Its node name in Celery's notation."""
        return f"{self.queue.value}{self.number if self.number > 1 else ''}@%h"

    def command(self) -> str:
        """Its line in the Procfile."""
        pool = f"-c {self.processes}" if self.processes else "--pool solo"
        prefetch = f" --prefetch-multiplier {self.prefetch_multiplier}" if self.prefetch_multiplier else ""
        limit = f" --time-limit {self.time_limit_seconds}" if self.time_limit_seconds else ""
        return (
            f"celery -A workers.app worker -n {self.name} -Q {self.queue.value} {pool}{prefetch}{limit}"
            " --without-gossip --without-mingle"
        )

    def options(self, bulk_processes: int) -> dict[str, Any]:
        """The same for `Celery.Worker`; `bulk_processes`: what the setting says."""
        processes = bulk_processes if self.processes == BULK_PROCESSES else self.processes
        return {
            "hostname": host_format(self.name),
            "queues": [self.queue.value],
            "pool_cls": get_implementation("prefork" if processes else "solo"),
            "concurrency": processes or 1,
            "prefetch_multiplier": self.prefetch_multiplier,
            "time_limit": self.time_limit_seconds,
            # Nobody listens to what workers would tell each other.
            "without_gossip": True,
            "without_mingle": True,
            "quiet": True,
        }


WORKERS = (
    # People wait for these messages: two processes.
    QueueWorker(Queue.TRANSACTIONAL, 2),
    QueueWorker(Queue.IMPORTS, on_demand=True),
    # A turn of sending takes many seconds: a process takes one job at a time and leaves the others alone.
    QueueWorker(Queue.BULK, BULK_PROCESSES, prefetch_multiplier=1, on_demand=True),
    # Pages of strangers are slow, and reading one may hang: many at a time, each for a limited time.
    QueueWorker(Queue.FETCH, 8, prefetch_multiplier=1, time_limit_seconds=90, on_demand=True),
    # Has the timer, see `workers.periodic`.
    QueueWorker(Queue.PERIODIC),
)
