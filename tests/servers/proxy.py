"""A TCP proxy on loopback that misbehaves when it is told to: the network between a client and a server.

    with Proxy(sink.port) as proxy:              # or Proxy.before("redis://127.0.0.1:6379/0")
        proxy.delay = 0.010                      # seconds in each direction, 20 ms for the round trip
        client = connect(proxy.port)             # or connect(proxy.url)
        proxy.cut_after(1000, Way.THERE)         # then the connection breaks
        proxy.heal()

As a process of its own, `python -m tests.servers.proxy TARGET DELAY` says its port and ends with its input.

The delay is that of a long line, not of a narrow one: whatever arrives leaves so much later, however much.
"""

import selectors
import socket
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from newsletter.smtp.sink.loop import Loop
from tests.servers.line import READ, RESET, Pair, State, Way

__all__ = ["Proxy", "Way"]


class Proxy:
    """Listens on a free port of `host`, a loopback address, and leads to the port `target` there.

    `delay`: seconds that octets take in each direction; may be changed at any time. `accepted`: how many
    connections were taken so far. Every method returns when what it says is so.
    """

    def __init__(self, target: int, *, host: str = "127.0.0.1", delay: float = 0.0) -> None:
        self.target = (host, target)
        self.delay = delay
        self.accepted = 0
        self.port = 0
        self.state = State.FORWARD
        self.allowed: dict[Way, int] = {}  # octets after which a new connection is cut
        self._url = f"tcp://{host}:{target}"
        self._pairs: set[Pair] = set()
        self._listener: socket.socket | None = None
        # Only select() waits more exactly than to the millisecond.
        self.loop = Loop(selectors.SelectSelector())
        self._thread = threading.Thread(target=self.loop.run, name="proxy", daemon=True)

    @classmethod
    def before(cls, url: str, *, delay: float = 0.0) -> Self:
        """A proxy for the server whose address and port are in `url`; `proxy.url` leads there through it."""
        parts = urlsplit(url)
        assert parts.port, "the URL must name its port"
        proxy = cls(parts.port, host=parts.hostname or "127.0.0.1", delay=delay)
        proxy._url = url
        return proxy

    @property
    def url(self) -> str:
        """The server's URL with the proxy's port in it."""
        parts = urlsplit(self._url)
        before, _, _ = parts.netloc.rpartition(":")
        return parts._replace(netloc=f"{before}:{self.port}").geturl()

    @property
    def open_connections(self) -> int:
        return len(self._pairs)

    # Faults.

    def cut(self) -> None:
        """Break every connection, for both sides with a reset; new ones are taken."""
        self.loop.ask(lambda: self._cut(self._pairs))

    def cut_after(self, octets: int, way: Way) -> None:
        """Break each connection after so many more octets in a direction; these still arrive."""

        def allow() -> None:
            self.allowed[way] = octets
            for pair in self._pairs:
                pair.lines[way].allowed = octets

        self.loop.ask(allow)

    def black_hole(self) -> None:
        """From now on swallow whatever comes, from either side, and say nothing; connections stay open."""
        self._become(State.SWALLOW)

    def hold(self) -> None:
        """Let nothing through until `heal`, and lose nothing, like a network that is away for a while."""
        self._become(State.HOLD)

    def refuse(self) -> None:
        """Let the kernel refuse new connections, as if nothing ran here. Open ones go on."""
        self.loop.ask(self._stop_listening)

    def heal(self) -> None:
        """Be honest again. A connection that lost octets breaks, for it cannot go on. The delay stays."""

        def mend() -> None:
            self.state = State.FORWARD
            self.allowed = {}
            self._cut({pair for pair in self._pairs if pair.spoiled})
            for pair in tuple(self._pairs):
                pair.mend()
            self._listen()

        self.loop.ask(mend)

    # Its life.

    def start(self) -> Self:
        self._thread.start()
        self.loop.ask(self._listen)
        return self

    def stop(self) -> None:
        """Stop listening and break every connection."""
        if self._thread.is_alive():
            self.loop.ask(self._shut)
            self._thread.join()
        self.loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _become(self, state: State) -> None:
        def change() -> None:
            self.state = state
            for pair in tuple(self._pairs):
                pair.watch()

        self.loop.ask(change)

    def _listen(self) -> None:
        if self._listener is not None:
            return
        family = socket.AF_INET6 if ":" in self.target[0] else socket.AF_INET
        self._listener = socket.create_server((self.target[0], self.port), family=family, backlog=256)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self.loop.watch(self._listener, READ, self._accept)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self.loop.watch(self._listener, 0, self._accept)
            self._listener.close()
            self._listener = None

    def _accept(self, _events: int) -> None:
        if self._listener is None:
            return
        with suppress(OSError):
            client, _ = self._listener.accept()
            self.accepted += 1
            try:
                server = socket.create_connection(self.target, timeout=5)
            except OSError:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.close()
                return
            self._pairs.add(Pair(self, client, server))

    def _cut(self, pairs: set["Pair"]) -> None:
        for pair in tuple(pairs):
            pair.cut()

    def _shut(self) -> None:
        self._stop_listening()
        self._cut(self._pairs)
        self.loop.end()

    def forget(self, pair: "Pair") -> None:
        """`pair` is over."""
        self._pairs.discard(pair)


def main(target: str, delay: str) -> None:
    """Serve until the standard input ends."""
    with Proxy(int(target), delay=float(delay)) as proxy:
        sys.stdout.write(f"{proxy.port}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
