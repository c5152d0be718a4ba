"""Lanes: threads that send windows side by side, each over one connection at a time.

A window goes to whichever lane is free next.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.sending.reserve import Window
from newsletter.sending.transmit import TransportFailure


@dataclass(frozen=True)
class FinishedWindow:
    """A window that its lane is done with: sent, stopped by a failure of its transport, or by our error."""

    window: Window
    failure: TransportFailure | None = None
    error: BaseException | None = None


class Lanes:
    """The lanes of one drain, whose `send` they call. Only the thread that made it calls these methods."""

    def __init__(self, send: Callable[[Window], TransportFailure | None]) -> None:
        self._send = send
        self._windows: queue.SimpleQueue[Window | None] = queue.SimpleQueue()
        self._finished: queue.SimpleQueue[FinishedWindow] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self.under_way = 0  # windows handed in and not handed back

    def __len__(self) -> int:
        return len(self._threads)

    @property
    def room(self) -> int:
        """How many windows they have use for: each has one under way, and one that waits for it."""
        return max(0, 2 * len(self._threads) - self.under_way)

    def open_another(self) -> None:
        """One lane more."""
        thread = threading.Thread(target=self._run, name=f"lane-{len(self._threads) + 1}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def put(self, window: Window) -> None:
        """Hand in a window."""
        self.under_way += 1
        self._windows.put(window)

    def collect(self, seconds: float) -> list[FinishedWindow]:
        """The windows that are finished, waiting at most `seconds` for the first."""
        finished: list[FinishedWindow] = []
        while self.under_way:
            try:
                finished.append(self._finished.get(timeout=0 if finished else seconds))
            except queue.Empty:
                break
            self.under_way -= 1
        return finished

    def close(self) -> None:
        """End the threads, each after the window that it has; windows that wait are sent before."""
        for _ in self._threads:
            self._windows.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _run(self) -> None:
        while (window := self._windows.get()) is not None:
            try:
                self._finished.put(FinishedWindow(window, self._send(window)))
            except BaseException as error:  # handed to the thread that can act on it
                self._finished.put(FinishedWindow(window, error=error))
