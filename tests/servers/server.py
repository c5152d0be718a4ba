"""What server processes of the tests have in common: a port, a log, a start that is waited for, an end."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.servers.processes import free_port, read_tail

PATIENCE = 60.0  # seconds for a start, and for an end
POLL = 0.02


class Server:
    """A process called `name` that listens on a free port of loopback and writes its log in `folder`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.log = folder / f"{name}.log"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        """Whether clients can use it now."""
        raise NotImplementedError

    def said(self) -> str:
        """The end of its log."""
        return read_tail(self.log)

    def launch(self, command: Sequence[str | Path], **further: Any) -> None:
        """Run `command`, `further` arguments as for Popen, and wait until it answers.

        Raises `RuntimeError` with the end of its log.
        """
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0, **further
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                message = f"{self.name} ended while starting: {self.said()}"
                raise RuntimeError(message)
            if self.answers():
                return
            time.sleep(POLL)
        message = f"{self.name} did not answer within {PATIENCE:.0f} s: {self.said()}"
        raise RuntimeError(message)

    def end(self, how: signal.Signals) -> None:
        """Send it this signal, unless it has ended, and wait for its end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=PATIENCE)
        self.process = None


class MailServer(Server):
    """One that takes mail. Its folder is its own, open to other accounts, and goes with it."""

    def __init__(self, name: str) -> None:
        # Not below pytest's folders: those are closed to the accounts that mail servers change to.
        super().__init__(name, Path(tempfile.mkdtemp(prefix=f"newsletter-tests-{name}-")))

    @property
    def url(self) -> str:
        """The `SMTP_URL` that leads here."""
        return smtp_url(self.port)

    def answers(self) -> bool:
        """Whether it greets."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as client:
                return client.recv(3) == b"220"
        except OSError:
            return False

    def start(self) -> Self:
        """Start and wait until it greets."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it, and remove its folder with all that it kept."""
        self.end(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def smtp_url(port: int) -> str:
    """The `SMTP_URL` of a server without TLS on this machine."""
    return f"smtp://127.0.0.1:{port}?starttls=never"
