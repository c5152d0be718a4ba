"""A connection of somebody who brings mail: SMTP (RFC 5321) or LMTP (RFC 2033), as its greeting says.

Of SMTP there is one reply to a message, of LMTP one for each recipient. With SMTP, a message that not every
recipient can have now is asked for again: those who have it already do not get it twice.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from newsletter.incoming.receive import LATER
from newsletter.incoming.taker import SIZE_LIMIT, IncomingMessage
from newsletter.smtp.mailbox.reception import Reception

if TYPE_CHECKING:
    from newsletter.incoming.server import Listener

MOST_RECIPIENTS = 100  # of one message; the least that is to be expected (RFC 5321 §4.5.3.1.8)
MOST_COMMANDS = 2_000  # of one kind, in one connection
IDLE_SECONDS = 300  # for a command, and for a whole message (RFC 5321 §4.5.3.2.7)

BUSY = "421 4.3.2 too many connections, try again later"
STOPPING = "421 4.3.2 the service is stopping, try again later"
NO_ROOM = "452 4.3.1 too much mail at the moment, try again later"


class Connection(Reception):
    """One connection. Addresses are checked when they are named, messages are answered when committed."""

    longest_line = None  # mail of many programs has longer ones

    def __init__(self, listener: "Listener", **options: Any) -> None:
        super().__init__(
            listener,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            timeout=IDLE_SECONDS,
            command_call_limit=MOST_COMMANDS,
            **options,
        )
        self.listener = listener
        self.is_lmtp = False
        self.is_busy = False  # between DATA and its reply
        self.reserved = 0  # octets of the message that is being read

    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802
        """The greeting of LMTP."""
        await self.smtp_EHLO(arg)
        self.is_lmtp = True

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: N802
        """Nobody is told which addresses exist but by bringing mail."""
        await self.push("252 2.1.5 bring the message and see")

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        self.is_busy = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self.is_busy, self.reserved = False, 0
        self._reset_timeout()
        if self.listener.stopping:
            await self.push(STOPPING)
            self.close()

    def _refuse_size(self, octets: int) -> str:
        refusal = super()._refuse_size(octets)
        if not refusal and not self.listener.has_room(self, octets):
            refusal = NO_ROOM
        self.reserved = 0 if refusal else octets
        return refusal

    async def _answer(self, message: bytes, refusal: str) -> None:
        envelope: Any = self.envelope
        if refusal:
            replies = [refusal] * len(envelope.rcpt_tos)
        else:
            sender = "" if envelope.mail_from in {None, "<>"} else envelope.mail_from
            incoming = IncomingMessage(sender, message)
            replies = [await self._receive(address, incoming) for address in envelope.rcpt_tos]
        for reply in replies if self.is_lmtp else [summary(replies)]:
            await self.push(reply)

    async def _receive(self, address: str, message: IncomingMessage) -> str:
        return await self.listener.in_thread(lambda: self.listener.receiver.receive(address, message))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.listener.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.reserved = 0
        self.listener.connections.discard(self)

    def close(self) -> None:
        """End it; what was written before is still sent."""
        if self.transport is not None:
            self.transport.close()


class Turned(asyncio.Protocol):
    """A connection that is one too many: told so, and closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - tells the type checker
        transport.write(f"{BUSY}\r\n".encode())
        transport.close()


def summary(replies: list[str]) -> str:
    """The one reply of SMTP to a message for several recipients: later for all, if later for one."""
    for kind in ("4", "2"):
        for reply in replies:
            if reply.startswith(kind):
                return reply
    return replies[0] if replies else LATER
