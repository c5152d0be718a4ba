"""One socket of a sink: octets in, octets out, TLS, and ways to end."""

import selectors
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress

from newsletter.smtp.sink.loop import Loop

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Stream(ABC):
    """A connected socket in the loop.

    What arrives is given to `work` in the loop's buffer, behind what `work` left over the last time.
    """

    def __init__(self, loop: Loop, sock: socket.socket) -> None:
        self.encrypted = False
        self.closed = False
        self._loop = loop
        self._sock = sock
        self._left = bytearray()  # arrived and not worked off
        self._unsent = bytearray()
        self._events = 0
        self._held = False  # what arrives is kept, and not worked off
        self._paused = False  # what arrives stays in the kernel
        self._closing = False
        self._secured: Callable[[], None] | None = None  # what comes after the handshake that goes on

    def begin(self, tls: ssl.SSLContext | None) -> None:
        """Be in the loop from now on. `tls`: a handshake comes before everything else."""
        if tls is None:
            self._watch()
            self.opened()
        else:
            self.encrypt(tls, self.opened)

    # What the protocol supplies.

    @abstractmethod
    def opened(self) -> None:
        """The connection is there, and any handshake done."""

    @abstractmethod
    def work(self, buffer: bytearray, end: int) -> int:
        """Work off `buffer` up to `end`; how many octets that were. The others come again, with more."""

    @abstractmethod
    def gone(self) -> None:
        """The connection ended, in whichever way."""

    # Tools for it.

    def send(self, octets: bytes | bytearray) -> None:
        """Have `octets` leave, in the order of asking."""
        if self.closed:
            return
        if not self._unsent:
            taken = self._push(octets)
            if taken == len(octets):
                return
            octets = octets[taken:]
        self._unsent += octets
        self._watch()

    def close(self) -> None:
        """End when what was said has left."""
        self._closing = True
        if self._unsent:
            self._watch()
            return
        if self.encrypted and not self.closed:
            with suppress(OSError):  # it says goodbye, and does not wait for the answer
                self._sock.unwrap()  # type: ignore[attr-defined]
        self.cut()

    def cut(self) -> None:
        """End now; what was said and has not left is lost."""
        if self.closed:
            return
        self.closed = True
        if self._events:
            self._loop.watch(self._sock, 0, self._ready)
        self._sock.close()
        self._left.clear()
        self._unsent.clear()
        self.gone()

    def pause(self) -> None:
        """Read nothing until `go_on`: that fills the peer's buffers."""
        self._paused = True
        self._watch()

    def hold(self) -> None:
        """Work nothing off until `go_on`."""
        self._held = True

    def go_on(self, then: Callable[[], None]) -> None:
        """Hold and pause no more: do `then`, which may begin either anew, and work off what waits."""
        if self.closed:
            return
        self._held = self._paused = False
        then()
        self._watch()
        waiting = self._left
        self._left = waiting[self.work(waiting, len(waiting)) :]

    def encrypt(self, tls: ssl.SSLContext, then: Callable[[], None]) -> None:
        """Shake hands, then do `then`; what was left over is forgotten (RFC 3207 §4.2)."""
        if self.closed or self._unsent:  # a peer that does not read would get a handshake amid clear words
            self.cut()
            return
        self._left.clear()
        self._held = self._paused = False
        self._secured = then
        self._loop.watch(self._sock, 0, self._ready)
        self._events = 0
        try:
            self._sock.getpeername()  # for a peer that has gone, wrap_socket() loses the descriptor
            self._sock = tls.wrap_socket(self._sock, server_side=True, do_handshake_on_connect=False)
        except OSError:
            self.cut()
        else:
            self._watch()

    # What the loop calls.

    def _ready(self, events: int) -> None:
        if self._secured is not None:
            self._shake(self._secured)
            return
        if events & WRITE:
            self._drain()
        if events & READ and not self.closed:
            self._receive()

    def _receive(self) -> None:
        loop, kept = self._loop, 0 if self._held else len(self._left)
        try:
            got = self._sock.recv_into(loop.view[kept:] if kept else loop.buffer)
        except _NOT_NOW:
            return
        except OSError:
            self.cut()
            return
        if not got:
            self.close()
        elif self._held:
            self._left += loop.view[:got]
        else:
            if kept:
                loop.buffer[:kept] = self._left
            end = kept + got
            done = self.work(loop.buffer, end)
            if done < end or kept:
                self._left = loop.buffer[done:end]

    def _push(self, octets: bytes | bytearray) -> int:
        """How many of them the kernel takes now; of a link that is cut, all that there ever will be."""
        try:
            return self._sock.send(octets)
        except _NOT_NOW:
            return 0
        except OSError:
            self.cut()
            return len(octets)

    def _drain(self) -> None:
        del self._unsent[: self._push(self._unsent)]
        if self._closing:
            self.close()
        else:
            self._watch()

    def _shake(self, then: Callable[[], None]) -> None:
        try:
            self._sock.do_handshake()  # type: ignore[attr-defined]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
            self._watch(WRITE if isinstance(error, ssl.SSLWantWriteError) else READ)
        except OSError:
            self.cut()
        else:
            self._secured = None
            self.encrypted = True
            self._watch()
            then()

    def _watch(self, wanted: int = READ) -> None:
        """Be called for what is `wanted` and, while something waits to leave, when there is room for it."""
        if self._paused or self._closing:
            wanted = 0
        if self._unsent:
            wanted |= WRITE
        if wanted != self._events and not self.closed:
            self._events = wanted
            self._loop.watch(self._sock, wanted, self._ready)
