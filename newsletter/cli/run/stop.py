"""Being asked to stop: Ctrl-C, SIGTERM, or the terminal going away."""

import signal
from types import FrameType, TracebackType
from typing import Self


class Stopped(Exception):
    """Asked to stop while nothing ran yet that would have to be ended in order."""


class StopSignals:
    """Counts the requests to stop. Until `hold` is called each raises `Stopped` instead."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.requests = 0
        self.held = False

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._handle) for number in self.SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def hold(self) -> None:
        """From now on only count: there are processes to be stopped in order."""
        self.held = True

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.requests += 1
        if not self.held:
            raise Stopped
