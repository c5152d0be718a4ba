"""What all processes of the tests need: a free port, the end of a log, not to outlive their parent."""

import socket
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
END_WITH_PARENT = ROOT / "newsletter" / "cli" / "run" / "end_with_parent.py"


def leashed(how: str = "KILL") -> tuple[str, ...]:
    """What stands in front of a command that gets the signal `how` (`KILL`, …) when its parent is gone."""
    return (sys.executable, "-I", "-S", str(END_WITH_PARENT), how, "-")


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def read_tail(path: Path, characters: int = 2000) -> str:
    """The last part of a log, or nothing when there is none."""
    return path.read_text(errors="replace")[-characters:] if path.exists() else ""


def state(pid: int) -> str:
    """The letter of its state (proc_pid_stat(5)), T while it is stopped; X also when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"
