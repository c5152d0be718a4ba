"""A worker that was started on demand ends, in order, when there was nothing to do for a while."""

import os
import signal
import threading

from celery.worker import state

from newsletter.core import clock
from newsletter.core.queue import Queue, broker

IDLE_SECONDS = 60.0
LOOK_SECONDS = 5.0


def end_when_idle(queue: Queue) -> None:
    """Watch this worker from a thread of its main process."""
    threading.Thread(target=_watch, args=(queue,), name="idle", daemon=True).start()


def _watch(queue: Queue) -> None:
    done, since = -1, clock.monotonic()
    while clock.monotonic() - since < IDLE_SECONDS:
        clock.sleep(LOOK_SECONDS)
        now_done = sum(state.total_count.values())
        # None: the broker is away. A worker that waits for it is not idle.
        if state.reserved_requests or now_done != done or broker.waiting(queue) != 0:
            done, since = now_done, clock.monotonic()
    os.kill(os.getpid(), signal.SIGTERM)
