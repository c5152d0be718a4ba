"""Lanes: threads that send windows side by side, each over one connection at a time.

A window goes to whichever lane is free next. There are as many lanes as keep the process busy: a relay far
away is waited for most of the time, one next door is not.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.sending.reserve import Window
from newsletter.sending.transmit import Trouble


@dataclass(frozen=True)
class Done:
    """A window that its lane is done with: well, in trouble, or broken off by an error of ours."""

    window: Window
    trouble: Trouble | None = None
    error: BaseException | None = None


class Lanes:
    """The lanes of one drain. Only the thread that made it calls these methods."""

    def __init__(self, send: Callable[[Window], Trouble | None]) -> None:
        self._send = send
        self._windows: queue.SimpleQueue[Window | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
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

    def collect(self, seconds: float) -> list[Done]:
        """The windows that are done, waiting at most `seconds` for the first."""
        found: list[Done] = []
        while self.under_way:
            try:
                found.append(self._done.get(timeout=0 if found else seconds))
            except queue.Empty:
                break
            self.under_way -= 1
        return found

    def close(self) -> None:
        """End the threads; every window was handed back before."""
        for _ in self._threads:
            self._windows.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _run(self) -> None:
        while (window := self._windows.get()) is not None:
            try:
                self._done.put(Done(window, self._send(window)))
            except BaseException as error:  # told to the thread that can act on it
                self._done.put(Done(window, error=error))
