"""Between the workers and the relay: passes everything on, and looks at every octet that the workers send.

A receiver that writes mail down changes the ends of its lines, so what was on the wire is seen only there.
"""

import asyncio
import re
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.servers.processes import free_port

BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
CHUNK = 1 << 16


class Wire:
    """A proxy for SMTP. `connections`, `octets`, `bare` (line ends that are not CRLF), `longest` (octets)."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self.connections = 0
        self.octets = 0
        self.bare = 0
        self.longest = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)

    @property
    def url(self) -> str:
        """The `SMTP_URL` that leads through here."""
        return f"smtp://127.0.0.1:{self.port}?starttls=never"

    def __enter__(self) -> Self:
        self._thread.start()
        opening = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _shut(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        answers, relay = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            await asyncio.gather(self._look(reader, relay), self._pass_on(answers, writer))
        finally:
            for end in (relay, writer):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()

    async def _look(self, reader: asyncio.StreamReader, relay: asyncio.StreamWriter) -> None:
        rest = b""
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                relay.write(chunk)
                self.octets += len(chunk)
                # The last line waits for its end, and its end may be cut between CR and LF.
                lines, end, rest = (rest + chunk).rpartition(b"\r\n")
                self.bare += len(BARE.findall(lines + end))
                self.longest = max(self.longest, *map(len, lines.split(b"\r\n")))
                await relay.drain()
        self.bare += len(BARE.findall(rest))
        relay.write_eof()

    async def _pass_on(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await answers.read(CHUNK):
                writer.write(chunk)
                await writer.drain()
            writer.write_eof()
