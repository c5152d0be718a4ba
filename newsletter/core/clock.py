"""The only clock: aware UTC for facts, a monotonic one for durations. Tests move it with time-machine."""

import time
from datetime import UTC, datetime
from functools import partial

_since_boot = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that never jump when somebody sets the clock; only differences mean anything.

    Where the system has such a clock it goes on while the machine is suspended, because the world does too.
    """
    return _since_boot()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)
