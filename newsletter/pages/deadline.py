"""A time after which everything ends, however slowly a server sends and wherever it stands still."""

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from newsletter.core import clock
from newsletter.pages.page import Trouble
from newsletter.pages.response import FetchFailed

T = TypeVar("T")


class Deadline:
    """`seconds` from now; used as a context, at the end of which connections are no longer cut.

    The time limits of sockets are for one read each: who sends an octet now and then never meets them.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends_at = clock.monotonic() + seconds
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()

    @property
    def passed(self) -> bool:
        return clock.monotonic() >= self._ends_at

    @property
    def failure(self) -> FetchFailed:
        return FetchFailed(Trouble.UNREACHABLE, f"It took longer than {self._seconds:g} seconds.")

    def seconds_left(self) -> float:
        """More than 0. Raises `FetchFailed` when there are none."""
        left = self._ends_at - clock.monotonic()
        if left <= 0:
            raise self.failure
        return left

    def cut_in_time(self, connection: socket.socket) -> None:
        """Shut `connection` down when the time is over, also once TLS has taken its descriptor.

        Raises `FetchFailed`, with `connection` closed, when it is over now.
        """
        with self._lock:
            if self.passed:
                connection.close()
                raise self.failure
            self._connections.append(connection.dup())

    def wait_for(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. It is left to itself when the time is over: `FetchFailed`."""
        outcome: list[T] = []
        failure: list[Exception] = []

        def run() -> None:
            try:
                outcome.append(work())
            except Exception as error:  # is raised in the thread that waits
                failure.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self.seconds_left())
        if failure:
            raise failure[0]
        if not outcome:
            raise self.failure
        return outcome[0]

    def _cut(self) -> None:
        with self._lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):  # the other side was first
                    connection.shutdown(socket.SHUT_RDWR)
