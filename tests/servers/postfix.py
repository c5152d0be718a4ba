"""Postfix's `smtp-sink`, a receiver that nobody of us wrote: from the system, or out of Debian's package.

Its counterpart `smtp-source` comes the same way; the benchmarks send with it. The packages are not installed
(see `packages`). Where they cannot be had, the tests that need them are skipped and say how to get them.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

import pytest

from tests.servers.packages import in_a_line, unpacked
from tests.servers.processes import leashed
from tests.servers.server import MailServer

PROGRAMS = "usr/sbin"
PRIVATE = ("usr/lib/postfix",)
HOW_TO_GET_IT = (
    "Postfix's {name} cannot be had here ({why}). Install the package: apt-get install postfix "
    "(it need not be configured), or make `apt-get download postfix` work."
)
# The lines that smtp-sink puts before what it received (smtp-sink(1), "DUMP FILE FORMAT").
PREAMBLE = re.compile(rb"(?:X-[A-Z][a-z]+-(?:Addr|Proto|Args): .*\n)+Received: .*\n(?:[ \t].*\n)*")
RCPT = re.compile(rb"^X-Rcpt-Args: <([^>\n]*)>", re.MULTILINE)
MAIL = re.compile(rb"^X-Mail-Args: <([^>\n]*)>", re.MULTILINE)


class Received(NamedTuple):
    """One transaction. `raw`: the message, its lines ended by LF as smtp-sink writes them down."""

    sender: str
    recipient: str
    raw: bytes


class SmtpSink(MailServer):
    """A running smtp-sink that keeps each message in a file. Skips the test where it cannot be had."""

    def __init__(self, *options: str) -> None:
        self.program, self.libraries = smtp_sink()
        super().__init__("smtp-sink")
        self.options = options
        self.dump = self.folder / "dump"
        self.dump.mkdir()

    def start(self) -> Self:
        where = f"{self.dump}/"
        program: list[str | Path] = [*leashed(), self.program]
        if os.geteuid() == 0:  # it refuses to stay root, and then sees nothing but its folder
            shutil.chown(self.dump, "nobody")
            program += ["-R", self.dump, "-u", "nobody"]
            where = "/"
        self.launch(
            [*program, "-d", f"{where}message.", *self.options, f"127.0.0.1:{self.port}", "128"],
            env={**os.environ, "LD_LIBRARY_PATH": self.libraries},
        )
        return self

    def __len__(self) -> int:
        """How many messages were received, the one that is being received included."""
        return sum(1 for _ in self.dump.iterdir())

    def messages(self) -> Iterator[Received]:
        """What was received so far, in no order. Wait until the sender has its answers before you read."""
        for path in self.dump.iterdir():
            content = path.read_bytes()
            preamble = PREAMBLE.match(content)
            assert preamble is not None, content[:500]
            sender, recipient = MAIL.search(preamble[0]), RCPT.search(preamble[0])
            assert sender is not None, preamble[0]
            assert recipient is not None, preamble[0]
            # smtp-sink ends each transaction with an empty line of its own.
            raw = content[preamble.end() :].removesuffix(b"\n")
            yield Received(sender[1].decode(), recipient[1].decode(), raw)


def smtp_sink() -> tuple[Path, str]:
    """The program and its LD_LIBRARY_PATH. Skips the test, with what to do, where it cannot be had."""
    try:
        return postfix_program("smtp-sink")
    except LookupError as error:
        pytest.skip(str(error))


@cache
def postfix_program(name: str) -> tuple[Path, str]:
    """Where `name` is, and its LD_LIBRARY_PATH. Raises `LookupError` with a sentence that says what to do."""
    installed = Path("/", PROGRAMS, name)
    if installed.exists():
        return installed, ""
    try:
        folder, libraries = unpacked("postfix", (f"{PROGRAMS}/{name}",), PRIVATE)
    except (OSError, subprocess.SubprocessError, LookupError) as error:
        raise LookupError(HOW_TO_GET_IT.format(name=name, why=in_a_line(error))) from None
    return folder / PROGRAMS / name, libraries
