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
    """Watch this worker from a thread of its main process, and send that a TERM when it is idle."""
    threading.Thread(target=_end_when_idle, args=(queue,), name="idle", daemon=True).start()


def wait_until_idle(queue: Queue, idle_seconds: float, look_seconds: float) -> None:
    """Return when this worker had nothing to do for `idle_seconds`; it is looked at every `look_seconds`."""
    done, since = -1, clock.monotonic()
    while clock.monotonic() - since < idle_seconds:
        clock.sleep(look_seconds)
        now_done = sum(state.total_count.values())
        # None: the broker is away. A worker that waits for it is not idle.
        if state.reserved_requests or now_done != done or broker.waiting(queue) != 0:
            done, since = now_done, clock.monotonic()


def _end_when_idle(queue: Queue) -> None:
    wait_until_idle(queue, IDLE_SECONDS, LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
