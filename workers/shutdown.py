"""Shutting down in order: one flag tells whatever takes long that the process was asked to end (SIGTERM).

Celery's main process waits for the jobs of its children when it gets a TERM, and does not tell them so: a
drain would go on sending until its turn is over. Here a drain starts no further message, an import ends after
its batch, and replies of relays are waited for only briefly.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from billiard.process import active_children, current_process
from celery.signals import worker_shutting_down

from newsletter.core.shutdown import ShutdownFlag
from workers.connections import connections

# What the main process tells its children. A process without a handler ignores it (signal(7)).
SHUTDOWN_SIGNAL = signal.SIGURG
REPLIES_SECONDS = 4  # after a TERM, how long replies that are on their way are waited for

stopping = ShutdownFlag()


@contextmanager
def ending_on_term() -> Iterator[ShutdownFlag]:
    """Within the block this process hears that it, or its main process, got a TERM; the flag says so.

    A child of a pool that got a TERM itself ends after the block. A worker without a pool of processes does
    its jobs in the main process, which hears it anyway and ends after the job.
    """
    if current_process().name == "MainProcess":
        yield stopping
        return
    received: set[int] = set()

    def hear(number: int, _frame: FrameType | None) -> None:
        received.add(number)
        _stop()

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, SHUTDOWN_SIGNAL)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if signal.SIGTERM in received:
        raise SystemExit(0)


@worker_shutting_down.connect
def _tell_everybody(**_: object) -> None:
    _stop()
    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, SHUTDOWN_SIGNAL)


def _stop() -> None:
    stopping.set()
    connections().hurry(REPLIES_SECONDS)
