"""The event loop of a sink: one thread, many sockets, and nothing between the kernel and the protocol.

asyncio costs more than a whole message does (a fresh buffer, a handle and a context for each read), and the
sink runs on the cores of what it measures. Hence a plain `selectors` loop with one buffer for everybody.
"""

import heapq
import selectors
import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count

from newsletter.core import clock

BUFFER = 262_144  # octets read at once, small enough for the processor's cache
PATIENCE = 10.0  # seconds that another thread waits for what it asked for

Ready = Callable[[int], None]


class Loop:
    """Sockets, timers, and calls from other threads. `buffer` is for whoever reads, until it returns."""

    def __init__(self, selector: selectors.BaseSelector | None = None) -> None:
        self.buffer = bytearray(BUFFER)
        self.view = memoryview(self.buffer)
        self._selector = selector or selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()  # timers of the same moment go off in the order in which they were set
        self._calls: deque[Callable[[], None]] = deque()
        self._ended = False
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self.watch(self._woken, selectors.EVENT_READ, self._wake)

    def watch(self, sock: socket.socket, events: int, ready: Ready) -> None:
        """Have `ready` called with what `sock` is ready for; 0 stops that."""
        known = sock.fileno() in self._selector.get_map()
        if events and known:
            self._selector.modify(sock, events, ready)
        elif events:
            self._selector.register(sock, events, ready)
        elif known:
            self._selector.unregister(sock)

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Have `act` called in so many seconds."""
        heapq.heappush(self._timers, (clock.monotonic() + seconds, next(self._order), act))

    def ask(self, work: Callable[[], None]) -> None:
        """From another thread: have `work` done by the loop's, wait for it, raise what it raised."""
        future: Future[None] = Future()

        def answer() -> None:
            try:
                work()
            except Exception as error:  # it belongs to the thread that asked
                future.set_exception(error)
            else:
                future.set_result(None)

        self._calls.append(answer)
        self._waker.send(b"!")
        future.result(PATIENCE)

    def end(self) -> None:
        """Let `run` return after what it is doing."""
        self._ended = True

    def run(self) -> None:
        """Serve until somebody says `end`."""
        select = self._selector.select
        while not self._ended:
            for key, events in select(self._patience()):
                key.data(events)
            # Not amid the sockets: who asks may close one that is ready.
            while self._calls:
                self._calls.popleft()()
            if self._timers:
                self._go_off()

    def close(self) -> None:
        """Give back what the loop holds, once `run` has returned."""
        self._selector.close()
        self._woken.close()
        self._waker.close()

    def _patience(self) -> float | None:
        return max(0.0, self._timers[0][0] - clock.monotonic()) if self._timers else None

    def _go_off(self) -> None:
        now = clock.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()

    def _wake(self, _events: int) -> None:
        self._woken.recv(4096)
