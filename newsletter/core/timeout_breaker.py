"""A server that hangs is waited for once, and then left alone for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.core import clock

SLOW_SECONDS = 0.1
REST_SECONDS = 5.0


class TimeoutBreaker:
    """Open after a call that failed slowly: until then nobody else of this process should wait, too.

    A call that fails at once, as at a server that is not there, costs nothing and opens nothing.
    """

    def __init__(self) -> None:
        self._closes_at = float("-inf")  # monotonic

    @property
    def is_open(self) -> bool:
        """Whether the server should be left alone now."""
        return clock.monotonic() < self._closes_at

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Around one call to the server; its error goes on to the caller."""
        began = clock.monotonic()
        try:
            yield
        except Exception:
            if clock.monotonic() - began >= SLOW_SECONDS:
                self._closes_at = clock.monotonic() + REST_SECONDS
            raise
