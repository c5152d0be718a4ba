"""The socket of a session: writes whose every octet is accounted for, and whole replies with a deadline."""

import contextlib
import socket
import struct
import time

from newsletter.smtp.reply import Garbled, Reply, is_last, parse_reply

BLOCK = 65_536  # octets handed to the kernel at once
LONGEST_LINE = 4_096  # octets; RFC 5321 §4.5.3.1.5 says 512, some servers say more
MOST_LINES = 200
SLICE = 0.5  # seconds between looks at whether somebody asked to hurry


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
        self._sock = sock
        self._unread = b""
        self._give_up_at = float("inf")
        self.closed = False

    @property
    def unread(self) -> bool:
        """Whether something was received that no reply has been made of yet."""
        return bool(self._unread)

    def fileno(self) -> int:
        return self._sock.fileno()

    def hurry(self, seconds: float) -> None:
        """From now on nothing waits longer than until `seconds` from now."""
        self._give_up_at = time.monotonic() + seconds

    def send(self, octets: bytes, timeout: float) -> None:
        """Hand all of `octets` to the kernel, waiting at most `timeout` seconds for each block.

        Raises `Lost`, and only when the kernel did *not* accept the last octet: `socket.send` either reports
        what it took or fails, and a failed TLS write leaves a record that nobody can decrypt. Nothing may be
        sent on this wire afterwards.
        """
        view, taken = memoryview(octets), 0
        while taken < len(view):
            try:
                self._sock.settimeout(self._patience(timeout))
                taken += self._sock.send(view[taken : taken + BLOCK])
            except TimeoutError:
                words = f"the server took nothing for {timeout:g} seconds"
                raise Lost(words, silent=True, taken=taken) from None
            except (OSError, ValueError) as error:
                words = f"the connection was lost while writing: {_words(error)}"
                raise Lost(words, taken=taken) from None

    def read_reply(self, timeout: float) -> Reply:
        """The next whole reply, at most `timeout` seconds from now. Raises `Lost` or `Garbled`."""
        deadline = time.monotonic() + timeout
        lines: list[bytes] = []
        while True:
            line = self._read_line(deadline, timeout)
            lines.append(line)
            if is_last(line):
                return parse_reply(lines)
            if len(lines) > MOST_LINES:
                raise Garbled(f"a reply of more than {MOST_LINES} lines")

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

    def _read_line(self, deadline: float, timeout: float) -> bytes:
        while True:
            line, end, rest = self._unread.partition(b"\n")
            if end:
                self._unread = rest
                return line
            if len(line) > LONGEST_LINE:
                raise Garbled("a reply line without end")
            self._unread += self._receive(deadline, timeout)

    def _receive(self, deadline: float, timeout: float) -> bytes:
        while True:
            left = min(deadline, self._give_up_at) - time.monotonic()
            if left <= 0:
                raise Lost(f"the server said nothing for {timeout:g} seconds", silent=True)
            try:
                self._sock.settimeout(min(left, SLICE))
                octets = self._sock.recv(BLOCK)
            except TimeoutError:
                continue
            except (OSError, ValueError) as error:
                raise Lost(f"the connection was lost while reading: {_words(error)}") from None
            if not octets:
                raise Lost("the server closed the connection")
            return octets

    def _patience(self, timeout: float) -> float:
        return max(0.001, min(timeout, self._give_up_at - time.monotonic()))


def _words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
