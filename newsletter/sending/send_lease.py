"""The send lease: whether another message may start, as the threads that send know it without asking anybody.

The thread that talks to the database renews it while the mailing may send. It runs out by itself when that
thread is stopped or the database does not answer, because then nobody can say that the mailing may send.
"""

from collections.abc import Callable

from newsletter.core import clock
from newsletter.core.shutdown import ShutdownFlag

# How often the database is asked whether the mailing may send; a lease outlives a few answers that take long.
POLL_SECONDS = 0.3
LEASE_SECONDS = 3.0


class SendLease:
    """The lease of one drain. `stopping`: set when the process is asked to end."""

    def __init__(self, stopping: ShutdownFlag) -> None:
        self._stopping = stopping
        self._until = float("-inf")

    def renew(self) -> None:
        """The mailing was seen to be sending just now."""
        self._until = clock.monotonic() + LEASE_SECONDS

    def revoke(self) -> None:
        """It was paused or cancelled: no further message starts."""
        self._until = float("-inf")

    def within(self, start_before: float) -> Callable[[], bool]:
        """To be asked before each message of a window that may start until `start_before` (monotonic)."""

        def may_start() -> bool:
            return clock.monotonic() < min(start_before, self._until) and not self._stopping.is_set()

        return may_start
