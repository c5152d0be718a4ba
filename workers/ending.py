"""Ending in order: a drain that is asked to end starts no further message, reads its replies, and settles.

Celery's main process waits for the jobs of its children when it gets a TERM, and does not tell them so: a
drain would go on sending until its turn is over.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from billiard.process import active_children
from celery.signals import worker_shutting_down

# What the main process tells its children. Who has no handler ignores it (signal(7)), so that nobody but a
# drain hears it: other jobs are done in a moment.
ENDING = signal.SIGURG


@contextmanager
def when_asked_to_end(act: Callable[[], None]) -> Iterator[None]:
    """Call `act` when this process gets a TERM, or its main process does; after a TERM of its own it ends."""
    told: set[int] = set()

    def hear(number: int, _frame: FrameType | None) -> None:
        told.add(number)
        act()

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, ENDING)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if signal.SIGTERM in told:
        raise SystemExit(0)


@worker_shutting_down.connect
def _pass_on(**_: object) -> None:
    for child in active_children():
        with suppress(ProcessLookupError):
            os.kill(child.pid, ENDING)
