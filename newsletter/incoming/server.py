"""The listener for all mail that comes in (`newsletter mail listen`)."""

import asyncio
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from newsletter.core import clock
from newsletter.core.logs import Logger
from newsletter.incoming.connection import MOST_RECIPIENTS, STOPPING, Connection, Turned
from newsletter.incoming.receive import KNOWN, LATER, Receiver

MOST_CONNECTIONS = 50
ROOM = 64 * 1024 * 1024  # octets of messages that are read at the same time
THREADS = 2  # that talk to the database
FINISHING_SECONDS = 10.0  # for messages under way, after a TERM
LOOK_SECONDS = 1.0  # between two looks whether anybody is connected

log = Logger(__name__)


class Listener:
    """Accepts connections and hands messages to `receiver`. It is aiosmtpd's handler, too."""

    def __init__(self, receiver: Receiver, name: str) -> None:
        self.receiver = receiver
        self.name = name  # what the greeting says we are called
        self.connections: set[Connection] = set()
        self.stopping = False
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mail")

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        """Take only recipients that somebody here knows."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients, bring the message again for the others"
        reply = await self.in_thread(lambda: self.receiver.check_address(address))
        if reply == KNOWN:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_exception(self, error: Exception) -> str:
        """A client that went away, or an error of ours: one line, and the client tries again."""
        log.warning("a mail connection failed", error=type(error).__name__)
        return LATER

    async def in_thread(self, call: Callable[[], str]) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def has_room(self, connection: Connection, octets: int) -> bool:
        """Whether a message may grow to so many octets, beside the others that are being read."""
        others = sum(each.reserved for each in self.connections if each is not connection)
        return others + octets <= ROOM

    def accept(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        if len(self.connections) >= MOST_CONNECTIONS:
            return Turned()
        return Connection(self, hostname=self.name, ident="ESMTP", loop=asyncio.get_running_loop())

    async def finish(self) -> None:
        """Tell everybody to go; whoever is in the middle of a message gets its reply first."""
        self.stopping = True
        for connection in [each for each in self.connections if not each.is_busy]:
            await connection.push(STOPPING)
            connection.close()
        waiting = FINISHING_SECONDS
        while self.connections and waiting > 0:
            await asyncio.sleep(0.05)
            waiting -= 0.05
        for connection in list(self.connections):
            connection.close()
        self._threads.shutdown(wait=True)


async def serve(
    receiver: Receiver, name: str, listening: socket.socket, *, idle_seconds: float | None = None
) -> None:
    """Receive until SIGTERM or SIGINT, or until nobody has been connected for `idle_seconds`."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    listener = Listener(receiver, name)
    server = await loop.create_server(listener.accept, sock=listening)
    busy_at = clock.monotonic()
    while not stopped.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), LOOK_SECONDS if idle_seconds else None)
        if listener.connections:
            busy_at = clock.monotonic()
        elif idle_seconds and clock.monotonic() - busy_at > idle_seconds:
            break
    server.close()
    await listener.finish()
