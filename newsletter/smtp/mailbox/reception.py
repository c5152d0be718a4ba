"""aiosmtpd's dialogue with a faster DATA: the message is taken in large pieces instead of line by line.

The mailbox is made of it, and the listener for mail that comes in.
"""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP

LONGEST_LINE = 998  # octets without CRLF, RFC 5322 section 2.1.1
BUFFER = 256 * 1024  # bytes; aiosmtpd's own limit stops and resumes the connection every 2,000


class Reception(SMTP):
    """A connection. Limits are answered once the message was read to its end (RFC 5321, section 4.2.5)."""

    line_length_limit = BUFFER
    longest_line: int | None = LONGEST_LINE  # octets of a line in a message; None: any

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take one message and hand it to the handler's `handle_DATA`."""
        refusal = self._refusal(arg)
        if refusal:
            await self.push(refusal)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        message, refusal = await self._read_message()
        if not refusal and self.longest_line is not None and _longest_line(message) > self.longest_line:
            refusal = f"500 5.6.0 a line is longer than {self.longest_line} octets"
        await self._answer(message, refusal)
        self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def _answer(self, message: bytes, refusal: str) -> None:
        """Reply to the end of the message: `refusal`, or what the handler says."""
        if not refusal:
            envelope: Any = self.envelope
            envelope.content = envelope.original_content = message
            refusal = await self._call_handler_hook("DATA")
        await self.push(refusal)

    def _refuse_size(self, octets: int) -> str:
        """Why a message of so many octets is not kept; empty while it is."""
        return "552 5.3.4 the message is too large" if octets > (self.data_size_limit or 0) else ""

    def _refusal(self, arg: str) -> str | None:
        if self.session is None or not self.session.host_name:
            return "503 5.5.1 say EHLO first"
        if self.envelope is None or not self.envelope.rcpt_tos:
            return "503 5.5.1 say RCPT first"
        return "501 5.5.4 DATA takes no argument" if arg else None

    async def _read_message(self) -> tuple[bytes, str]:
        """The message with its dots unstuffed (RFC 5321 section 4.5.2), or why it was not kept."""
        reader: Any = self._reader
        received = bytearray(b"\r\n")  # so that a message that is only the final dot ends like any other
        refusal = ""
        while not received.endswith(b"\r\n.\r\n"):
            try:
                received += await reader.readuntil(b".\r\n")
            except asyncio.LimitOverrunError as error:
                received += await reader.readexactly(error.consumed)
            refusal = refusal or self._refuse_size(len(received))
            if refusal:
                del received[:-5]
        if refusal:
            return b"", refusal
        return bytes(received[2:-3]).replace(b"\r\n.", b"\r\n").removeprefix(b"."), ""


def _longest_line(message: bytes) -> int:
    return max(map(len, message.split(b"\r\n")))
