"""One connection through the proxy: two sockets, and between them a delay line in each direction."""

import enum
import selectors
import socket
import struct
from collections import deque
from contextlib import suppress
from typing import Protocol

from newsletter.smtp.sink.loop import Loop

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
MOST_UNSENT = 262_144  # octets that wait for a slow reader before the writer has to wait, too
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() forgets what has not left, and says so
NOT_NOW = (BlockingIOError, InterruptedError)


class Way(enum.Enum):
    """The directions."""

    THERE = enum.auto()  # from the client to the server
    BACK = enum.auto()


class State(enum.Enum):
    """What becomes of octets."""

    FORWARD = enum.auto()
    SWALLOW = enum.auto()
    HOLD = enum.auto()


class End(enum.Enum):
    """What may come last."""

    FIN = enum.auto()
    RESET = enum.auto()


class Owner(Protocol):
    """The proxy, as its connections see it."""

    loop: Loop
    delay: float
    state: State
    allowed: dict[Way, int]

    def forget(self, pair: "Pair") -> None:
        """`pair` is over."""


class Line:
    """One direction, from `source` to `sink`. `allowed`: octets that may still pass before all breaks."""

    def __init__(self, pair: "Pair", source: socket.socket, sink: socket.socket, allowed: int | None) -> None:
        self.allowed = allowed
        self.ended = False  # nothing more comes in
        self._pair = pair
        self._source = source
        self._sink = sink
        self._under_way: deque[bytes | End] = deque()
        self._unsent = bytearray()
        self._over = False  # nothing more goes out than is unsent
        self._broken = False  # nobody takes anything any more

    @property
    def reads(self) -> bool:
        return not self.ended and len(self._unsent) < MOST_UNSENT

    @property
    def writes(self) -> bool:
        return bool(self._unsent)

    @property
    def finished(self) -> bool:
        return self._over and not self._unsent

    def receive(self) -> None:
        """Take what the source has."""
        try:
            octets = self._source.recv(MOST_UNSENT)
        except NOT_NOW:
            return
        except OSError:
            self.end(End.RESET)
            return
        if octets:
            self._put(octets)
        else:
            self.end(End.FIN)

    def end(self, end: End) -> None:
        """Nothing follows what is under way."""
        self.ended = True
        self._put(end)

    def send(self) -> None:
        """Hand on what the sink has room for."""
        if self._pair.proxy.state is State.HOLD:
            return
        try:
            if self._unsent:
                del self._unsent[: self._sink.send(self._unsent)]
        except NOT_NOW:
            return
        except OSError:
            self._unsent.clear()
            self._broken = True
            self._pair.refused(self)
            return
        if self.allowed == 0 and not self._unsent:
            self._pair.cut()
        elif self.finished:
            with suppress(OSError):
                self._sink.shutdown(socket.SHUT_WR)

    def _put(self, piece: "bytes | End") -> None:
        proxy = self._pair.proxy
        if proxy.delay or self._under_way:
            self._under_way.append(piece)
            proxy.loop.later(proxy.delay, self._arrive)
        else:
            self._deliver(piece)

    def _arrive(self) -> None:
        # One timer for each piece: even if the delay was changed meanwhile, they come in their order.
        if not self._pair.closed:
            self._deliver(self._under_way.popleft())
            self._pair.watch()

    def _deliver(self, piece: "bytes | End") -> None:
        if self._pair.proxy.state is State.SWALLOW:
            self._pair.spoiled = True
        elif piece is End.RESET:
            self._pair.cut()
        elif piece is End.FIN:
            self._over = True
            self.send()
        elif not self._broken:
            assert isinstance(piece, bytes)
            if self.allowed is not None:
                piece = piece[: self.allowed]
                self.allowed -= len(piece)
            self._unsent += piece
            self.send()


class Pair:
    """A client and a server."""

    def __init__(self, proxy: Owner, client: socket.socket, server: socket.socket) -> None:
        self.proxy = proxy
        self.closed = False
        self.spoiled = False  # octets were lost
        self._socks = {Way.THERE: client, Way.BACK: server}  # by the way of what is read from them
        for sock in self._socks.values():
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        allowed = proxy.allowed
        self.lines = {
            Way.THERE: Line(self, client, server, allowed.get(Way.THERE)),
            Way.BACK: Line(self, server, client, allowed.get(Way.BACK)),
        }
        self._ready = {Way.THERE: self._client_ready, Way.BACK: self._server_ready}
        self.watch()

    def watch(self) -> None:
        """Be called for whatever can be done next; close when there is nothing left to do."""
        if self.closed:
            return
        if all(line.finished for line in self.lines.values()):
            self._close()
            return
        there, back = self.lines[Way.THERE], self.lines[Way.BACK]
        for way, reads, writes in ((Way.THERE, there, back), (Way.BACK, back, there)):
            held = self.proxy.state is State.HOLD
            events = 0 if held else READ * reads.reads | WRITE * writes.writes
            self.proxy.loop.watch(self._socks[way], events, self._ready[way])

    def mend(self) -> None:
        """Let through what was held, and whatever comes."""
        for line in self.lines.values():
            line.allowed = None
            if not self.closed:
                line.send()
        self.watch()

    def refused(self, line: Line) -> None:
        """The sink of `line` is gone. Its reset comes behind the last that it said."""
        other = self.lines[Way.BACK if line is self.lines[Way.THERE] else Way.THERE]
        if other.ended:
            other.end(End.RESET)

    def cut(self) -> None:
        """Break it, for both sides with a reset."""
        for sock in self._socks.values():
            with suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._close()

    def _close(self) -> None:
        if self.closed:
            return
        self.closed = True
        for way, sock in self._socks.items():
            self.proxy.loop.watch(sock, 0, self._ready[way])
            sock.close()
        self.proxy.forget(self)

    def _client_ready(self, events: int) -> None:
        self._work(events, self.lines[Way.THERE], self.lines[Way.BACK])

    def _server_ready(self, events: int) -> None:
        self._work(events, self.lines[Way.BACK], self.lines[Way.THERE])

    def _work(self, events: int, incoming: Line, outgoing: Line) -> None:
        if events & READ and not self.closed:
            incoming.receive()
        if events & WRITE and not self.closed:
            outgoing.send()
        self.watch()
