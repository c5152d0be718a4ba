"""A worker that was started on demand ends, in order, when there was nothing to do for a while."""

import os
import signal
import threading

from celery.worker import state

from newsletter.core import clock
from newsletter.core.queue import Queue, broker

IDLE_SECONDS = 60.0
LOOK_SECONDS = 5.0


def end_when_idle(
    queue: Queue, idle_seconds: float = IDLE_SECONDS, look_seconds: float = LOOK_SECONDS
) -> None:
    """Watch this worker from a thread of its main process; it gets a TERM after `idle_seconds` of nothing."""
    threading.Thread(
        target=_watch, args=(queue, idle_seconds, look_seconds), name="idle", daemon=True
    ).start()


def _watch(queue: Queue, idle_seconds: float, look_seconds: float) -> None:
    done, since = -1, clock.monotonic()
    while clock.monotonic() - since < idle_seconds:
        clock.sleep(look_seconds)
        now_done = sum(state.total_count.values())
        # None: the broker is away. A worker that waits for it is not idle.
        if state.reserved_requests or now_done != done or broker.waiting(queue) != 0:
            done, since = now_done, clock.monotonic()
    os.kill(os.getpid(), signal.SIGTERM)
