"""The recording sink as a process of its own, for whatever sends much or has no time to spare."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.processes import ROOT, leashed
from tests.servers.server import smtp_url


class SinkProcess:
    """A running `python -m newsletter.smtp.sink`, `options` as on its command line.

    `record`: its file, for `read_records`.
    """

    def __init__(self, record: Path, *options: str) -> None:
        self.record = record
        self.process = subprocess.Popen(
            [*leashed(), sys.executable, "-m", "newsletter.smtp.sink", "--record", record, *options],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._line().removeprefix("listening "))
        self._copies = 0
        self._offset = 0

    @property
    def url(self) -> str:
        """The `SMTP_URL` that leads here; `&dialogue=chunking` and the like may be added."""
        return smtp_url(self.port)

    def copies(self) -> int:
        """How many copies it has recorded so far."""
        with self.record.open("rb") as file:
            file.seek(self._offset)
            fresh = file.read()
        self._offset += len(fresh)
        self._copies += fresh.count(b"\n")
        return self._copies

    def counts(self) -> dict[str, int]:
        """ConnectionPool, messages and octets so far, as `sink.records.Counts` names them."""
        self.process.send_signal(signal.SIGUSR1)
        counts: dict[str, int] = json.loads(self._line())
        return counts

    def stop(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        assert line, "the sink does not run"
        return line
