"""Clearance: whether another message may start, as the threads that send know it without asking anybody.

The thread that talks to the database grants it again and again while the mailing goes; it runs out by itself
when that thread is stopped or the database does not answer, because then nobody can say that it still goes.
"""

from collections.abc import Callable

from newsletter.core import clock

# Control is asked for so often; a grant outlives a few questions that take long.
POLL_SECONDS = 0.3
GRANT_SECONDS = 3.0


class Stopping:
    """Whether the process was asked to end.

    A plain flag: a signal handler sets it, which may interrupt anything, also itself. Setting a
    `threading.Event` takes a lock, and whoever holds that may be what was interrupted.
    """

    def __init__(self) -> None:
        self._asked = False

    def set(self) -> None:
        self._asked = True

    def clear(self) -> None:
        self._asked = False

    def is_set(self) -> bool:
        return self._asked


class SendLease:
    """Of one drain. `stopping`: set when the process is asked to end."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping
        self._until = float("-inf")

    def grant(self) -> None:
        """The mailing was seen to go just now."""
        self._until = clock.monotonic() + GRANT_SECONDS

    def revoke(self) -> None:
        """It was paused or cancelled."""
        self._until = float("-inf")

    def within(self, start_before: float) -> Callable[[], bool]:
        """Asked before each message of a window that may start until `start_before` (monotonic)."""

        def may_start() -> bool:
            return clock.monotonic() < min(start_before, self._until) and not self._stopping.is_set()

        return may_start
