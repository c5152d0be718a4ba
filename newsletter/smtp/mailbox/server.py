"""The SMTP server of the mailbox: takes every message for every recipient, on the loopback interface only."""

import asyncio
import itertools
import signal
from collections import deque
from collections.abc import Callable
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.core import clock
from newsletter.smtp.mailbox import store
from newsletter.smtp.mailbox.reception import Reception

HOST = "127.0.0.1"
KEPT = 10_000  # messages; older ones go
SLACK = 100  # messages above that before the oldest are removed together
SIZE_LIMIT = 50 * 1024 * 1024  # bytes of one message


class Catcher:
    """aiosmtpd's handler: keeps each message in `folder`, and of all only the newest `kept`."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob("*.new"):  # of a server that was killed
            unfinished.unlink()
        self.folder = folder
        self.kept = kept
        self.ids = deque(store.message_ids(folder))
        self.counter = itertools.count()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message; the answer comes once it is in its file."""
        try:
            return f"250 2.0.0 kept as {self.keep(envelope)}"
        except OSError as error:
            return f"452 4.3.1 it cannot be kept: {error.strerror}"

    def keep(self, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        sender = envelope.mail_from if envelope.mail_from not in {None, "<>"} else ""
        message_id = store.write_message(
            self.folder, sender or "", envelope.rcpt_tos, raw, now=clock.now(), counter=next(self.counter)
        )
        self.ids.append(message_id)
        if len(self.ids) > self.kept + SLACK:
            while len(self.ids) > self.kept:
                store.remove(self.folder, self.ids.popleft())
        return message_id


async def serve(folder: Path, port: int, ready: Callable[[int], None]) -> None:
    """Receive until SIGTERM or SIGINT; `ready` is called with the port once connections are accepted.

    `OSError` when the port is taken or the folder cannot be written. Port 0 means any free one.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    catcher = Catcher(folder)

    def connection() -> Reception:
        return Reception(
            catcher,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="newsletter mailbox",
            loop=loop,
        )

    server = await loop.create_server(connection, HOST, port)
    ready(server.sockets[0].getsockname()[1])
    await stopped.wait()
    server.close()
