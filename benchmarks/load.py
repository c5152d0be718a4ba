"""Asks a web server for one page again and again, over connections that are kept: a small load generator.

Measures nothing by itself; `make bench` runs it like the others, to no effect. One thread with a selector,
because the server under test shares the machine: a request costs some 30 µs here.
"""

import selectors
import socket
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import perf_counter

HEAD_END = b"\r\n\r\n"


class BadAnswer(AssertionError):
    """The server answered with another status than the one that is measured, or hung up without an answer."""


@dataclass
class Outcome:
    """What a run saw. `seconds`: how long it took; `latencies`: seconds of each request, in no order."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Count what another run saw, too."""
        self.seconds += other.seconds
        self.latencies += other.latencies

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency in seconds that `share` (0 to 1) of the requests stayed below."""
        return sorted(self.latencies)[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


@dataclass
class Connection:
    """One connection: the answer that is arriving, and when its request was due."""

    socket: socket.socket
    due: float = 0.0
    received: bytes = b""


def http_request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The octets of an HTTP/1.1 request; underscores in the names of `headers` are hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if method == "POST" else []
    return "\r\n".join((*lines, "", "")).encode() + body


class Load:
    """Requests to a port of this machine, over `connections` connections that each run opens and keeps."""

    def __init__(self, port: int, requests: Iterator[bytes], *, connections: int, status: int = 200) -> None:
        self.port, self.requests, self.status = port, requests, status
        self.connections = connections

    def at_most(self, seconds: float) -> Outcome:
        """As many requests as the server answers in `seconds`, each connection sending its next at once."""
        with self._connected():
            return self._run(seconds, 0.0)

    def at_rate(self, rate: float, seconds: float) -> Outcome:
        """`rate` requests a second for `seconds`, sent when they are due, however long the others take.

        A request's latency counts from the moment it was due, also when all connections were busy then.
        """
        with self._connected():
            return self._run(seconds, 1 / rate)

    @contextmanager
    def _connected(self) -> Iterator[None]:
        with ExitStack() as sockets, selectors.DefaultSelector() as self.selector:
            self.idle: deque[Connection] = deque()
            for _ in range(self.connections):
                opened = socket.create_connection(("127.0.0.1", self.port), timeout=30)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection = Connection(sockets.enter_context(opened))
                self.selector.register(opened, selectors.EVENT_READ, connection)
                self.idle.append(connection)
            yield

    def _run(self, seconds: float, interval: float) -> Outcome:
        outcome, began, busy = Outcome(), perf_counter(), 0
        due, end = began, began + seconds
        while busy or due < end:
            now = perf_counter()
            while self.idle and due < end and due <= now:
                self._send(self.idle.popleft(), due if interval else now)
                busy += 1
                due = due + interval if interval else perf_counter()
            wait = max(0.0, due - now) if self.idle and due < end else 30.0
            for key, _ in self.selector.select(wait if busy or due < end else 0.0):
                busy -= self._receive(key.data, outcome)
        outcome.seconds = perf_counter() - began
        return outcome

    def _send(self, connection: Connection, due: float) -> None:
        connection.due, connection.received = due, b""
        connection.socket.sendall(next(self.requests))

    def _receive(self, connection: Connection, outcome: Outcome) -> bool:
        """Take in what arrived; whether the answer is whole."""
        octets = connection.socket.recv(262_144)
        connection.received += octets
        head, end, body = connection.received.partition(HEAD_END)
        if not octets or (end and int(head[9:12]) != self.status):
            raise BadAnswer(connection.received[:500].decode("latin-1") or "the server hung up")
        if not end or len(body) < _length(head):
            return False
        outcome.latencies.append(perf_counter() - connection.due)
        self.idle.append(connection)
        return True


def side_by_side(load: Load, bare: Load, *, rounds: int, seconds: float) -> tuple[Outcome, Outcome]:
    """What both see, measured in turns of `seconds` after one turn each that counts for nothing."""
    for each in (load, bare):
        each.at_most(seconds)  # every process has seen it
    ours, reference = Outcome(), Outcome()
    for _ in range(rounds):
        reference.add(bare.at_most(seconds))
        ours.add(load.at_most(seconds))
    return ours, reference


def _length(head: bytes) -> int:
    """What the head says of the body's length; 0 when it has none."""
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
