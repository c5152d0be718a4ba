"""A connection to a client that may be slow on purpose: what arrives is buffered, and must arrive in time."""

import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.task import WSGITask
from waitress.wasyncore import dispatcher

from newsletter.cli.serve.request import Request
from newsletter.core import clock

if TYPE_CHECKING:
    from newsletter.cli.serve.server import Server

DISCARDED_AT_ONCE = 65_536  # octets


class Task(WSGITask):
    """The answering of a request, in a thread. The head is sent together with what follows it."""

    def build_response_header(self) -> bytes:
        """Leave the head to the connection, and nothing to be written."""
        if self.channel.is_unread or self.channel.server.stopping_since is not None:
            self.request.headers["CONNECTION"] = "close"
        self.channel.head = super().build_response_header()
        return b""

    def finish(self) -> None:
        """Send a head that nothing followed."""
        super().finish()
        self.channel.send_head()


class Connection(HTTPChannel):
    """A connection in the event loop.

    `since`: when its present state began (monotonic seconds): a request that arrives, an answer of which the
    client took something, or the wait for a request.
    """

    task_class = Task

    def __init__(
        self,
        server: "Server",
        sock: socket.socket,
        addr: tuple[str, int],
        adj: Adjustments,
        map: dict[int, object],  # noqa: A002
    ) -> None:
        super().__init__(server, sock, addr, adj, map=map)
        self.parser_class = partial(Request, server.has_room)
        self.head = b""  # of an answer; not sent yet
        self.since = clock.monotonic()
        self.is_used = False  # whether a request has been answered
        self.is_unread = False  # whether the client may go on sending what nobody reads

    def received(self, data: bytes) -> bool:
        """Take in what arrived."""
        if self.request is None:
            self.since = clock.monotonic()
        taken: bool = super().received(data)
        return taken

    def service(self) -> None:
        """Answer a request, in a thread."""
        self.is_unread = self.requests[0].body_is_unread
        super().service()
        self.is_used = True

    def write_soon(self, data: Any) -> int:
        """Send a part of the answer, octets or an open file; how many octets of `data` that were."""
        if data and isinstance(data, bytes):
            data, self.head = self.head + data, b""
        elif data:
            self.send_head()
        return super().write_soon(data)

    def send_head(self) -> None:
        """Send the head, if it has not left with something else."""
        if self.head:
            head, self.head = self.head, b""
            super().write_soon(head)

    def is_idle(self) -> bool:
        """Whether nothing of a request is there, and nothing of an answer is left."""
        return not (self.requests or self.request or self.total_outbufs_len)

    def is_late(self, now: float) -> bool:
        """Whether the client has had its time."""
        deadlines = self.server.deadlines
        if self.requests:
            return False
        if self.total_outbufs_len:
            return now >= self.since + deadlines.taking
        if self.request is not None:
            return now >= self.since + self.request.seconds(deadlines)
        return now >= self.since + (deadlines.idle if self.is_used else deadlines.head)

    def handle_close(self) -> None:
        """Close; a client whose request was refused is let read the answer first."""
        with suppress(OSError):
            if self.is_unread and self.connected:
                self.socket.shutdown(socket.SHUT_WR)
                Discarding(self.server, self.socket.dup())
        super().handle_close()

    def give_up(self) -> None:
        """Close at once."""
        super().handle_close()

    def _flush_some(self, do_close: bool = True) -> bool:
        sent = bool(super()._flush_some(do_close=do_close))
        if sent:
            self.since = clock.monotonic()
        return sent


class Discarding(dispatcher):
    """A connection that is closed from here: what still arrives is thrown away for a while.

    Closed at once it would be reset by that, and the client might not find the answer (RFC 9112 §9.6).
    """

    def __init__(self, server: "Server", sock: socket.socket) -> None:
        super().__init__(sock, map=server.loop_map)
        self.server = server
        self.since = clock.monotonic()
        server.discarding.add(self)

    def writable(self) -> bool:
        """Nothing is sent any more."""
        return False

    def handle_read(self) -> None:
        """Throw away what arrived."""
        with suppress(OSError):
            self.recv(DISCARDED_AT_ONCE)  # calls `handle_close` at the end

    def is_late(self, now: float) -> bool:
        """Whether the client had its time."""
        return now >= self.since + self.server.deadlines.discarding

    def handle_close(self) -> None:
        """Close."""
        self.server.discarding.discard(self)
        self.close()
