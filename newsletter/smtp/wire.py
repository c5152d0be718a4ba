"""The socket of a session: writes whose every octet is accounted for, and whole replies with a deadline.

The socket never blocks: what waits is `poll`, and only when there is nothing else to do. A write that has to
wait takes in what the server says meanwhile, so that a server which reads no further until its replies are
read cannot bring both sides to a standstill (RFC 2920 §3.1).
"""

import contextlib
import select
import socket
import ssl
import struct
import time
from collections import deque

from newsletter.smtp.reply import Garbled, Reply, is_last, parse_reply

BLOCK = 65_536  # octets handed to the kernel, or taken from it, at once
LONGEST_LINE = 4_096  # octets; RFC 5321 §4.5.3.1.5 says 512, some servers say more
MOST_LINES = 200
MOST_AHEAD = 262_144  # octets that a write takes in while it waits; a server that says more is not listening
MOST_KNOWN = 64  # replies kept parsed; most servers say the same few all the time
SLICE = 0.5  # seconds between looks at whether somebody asked to hurry

_EITHER = select.POLLIN | select.POLLOUT
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Lost(Exception):
    """The connection ended, or nothing came or went within the time allowed (`silent`).

    `taken`: how many octets of a write the kernel accepted before that.
    """

    def __init__(self, message: str, *, silent: bool = False, taken: int = 0) -> None:
        super().__init__(message)
        self.silent = silent
        self.taken = taken


class Wire:
    """One connected socket, plain or TLS, used by one thread; `hurry` may be called from another."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._poll = select.poll()
        self._poll.register(sock, 0)
        self._lines: deque[bytes] = deque()  # received, whole, without their LF
        self._begun = b""  # the line that is being received
        self._known: dict[bytes, Reply] = {}
        self._give_up_at = float("inf")
        self.closed = False

    @property
    def unread(self) -> bool:
        """Whether something was received that no reply has been made of yet."""
        return bool(self._lines or self._begun)

    def hurry(self, seconds: float) -> None:
        """From now on nothing waits longer than until `seconds` from now."""
        self._give_up_at = time.monotonic() + seconds

    def send(self, octets: bytes, timeout: float) -> None:
        """Hand all of `octets` to the kernel, waiting at most `timeout` seconds for each block.

        Raises `Lost`, and only when the kernel did *not* accept the last octet: `socket.send` either reports
        what it took or fails, and a failed TLS write leaves a record that nobody can decrypt. Nothing may be
        sent on this wire afterwards.
        """
        view, taken, ahead = memoryview(octets), 0, 0
        deadline = None
        while taken < len(view):
            try:
                # After _NOT_NOW these are the same octets again, as TLS demands.
                taken += self._sock.send(view[taken : taken + BLOCK])
                deadline = None
            except _NOT_NOW:
                deadline = deadline or time.monotonic() + timeout
                attentive = ahead < MOST_AHEAD
                if not self._wait(_EITHER if attentive else select.POLLOUT, deadline):
                    words = f"the server took nothing for {timeout:g} seconds"
                    raise Lost(words, silent=True, taken=taken) from None
                ahead += self._listen(taken) if attentive else 0
            except (OSError, ValueError) as error:
                words = f"the connection was lost while writing: {_words(error)}"
                raise Lost(words, taken=taken) from None

    def read_reply(self, timeout: float) -> Reply:
        """The next whole reply, at most `timeout` seconds from now. Raises `Lost` or `Garbled`."""
        line = self._lines.popleft() if self._lines else self._next_line(time.monotonic() + timeout, timeout)
        known = self._known.get(line)
        if known is not None:
            return known
        if not is_last(line):
            return self._read_further(line, timeout)
        reply = parse_reply((line,))
        if len(self._known) < MOST_KNOWN:
            self._known[line] = reply
        return reply

    def abort(self) -> None:
        """Close at once, with a reset: what the kernel still holds is thrown away."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """Close in the ordinary way; what was written still arrives."""
        self.closed = True
        with contextlib.suppress(OSError):
            self._sock.close()

    def _read_further(self, first: bytes, timeout: float) -> Reply:
        """The reply of several lines that `first` begins."""
        deadline = time.monotonic() + timeout
        lines = [first]
        while not is_last(lines[-1]):
            if len(lines) > MOST_LINES:
                raise Garbled(f"a reply of more than {MOST_LINES} lines")
            lines.append(self._next_line(deadline, timeout))
        return parse_reply(lines)

    def _next_line(self, deadline: float, timeout: float) -> bytes:
        while not self._lines:
            if len(self._begun) > LONGEST_LINE:
                raise Garbled("a reply line without end")
            if not self._take_in() and not self._wait(select.POLLIN, deadline):
                raise Lost(f"the server said nothing for {timeout:g} seconds", silent=True)
        return self._lines.popleft()

    def _listen(self, taken: int) -> int:
        """Take in what the server says while it does not take more of what we write than `taken`."""
        try:
            return self._take_in()
        except Lost as error:
            raise Lost(str(error), taken=taken) from None

    def _take_in(self) -> int:
        """Take in what has arrived, if anything: how many octets. Raises `Lost`."""
        try:
            octets = self._sock.recv(BLOCK)
        except _NOT_NOW:
            return 0
        except (OSError, ValueError) as error:
            raise Lost(f"the connection was lost while reading: {_words(error)}") from None
        if not octets:
            raise Lost("the server closed the connection")
        *lines, self._begun = (self._begun + octets).split(b"\n")
        self._lines.extend(lines)
        return len(octets)

    def _wait(self, events: int, deadline: float) -> bool:
        """Wait a while for one of these events of `poll`; False when the time is over."""
        left = min(deadline, self._give_up_at) - time.monotonic()
        if left <= 0:
            return False
        self._poll.modify(self._sock, events)
        self._poll.poll(min(left, SLICE) * 1000)
        return True


def _words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
