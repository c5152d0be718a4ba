"""Which host and which boot this is: a tally can only testify where it lies and since its machine started."""

import fcntl
import os
import subprocess
import uuid
from collections.abc import Container, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.models import SendingHost

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")  # Linux
BOOT_COMMAND = ("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")  # macOS
# A host whose heartbeat did not change for so long is gone; its windows are settled without its tallies.
GONE_AFTER_SECONDS = 600
# A tally that stays locked this long belongs to a process that is stopped, not dead.
STOPPED_AFTER_SECONDS = 600


@cache
def boot_id() -> str:
    """An id that changes with every start of the machine."""
    return read_boot_id(BOOT_ID, BOOT_COMMAND)


def read_boot_id(file: Path, command: Sequence[str]) -> str:
    """What `file` says, or else what `command` prints, or else an id that was never there before.

    With the last no tally survives the process that asked, which is safe.
    """
    if file.exists():
        return file.read_text().strip()
    try:
        asked = subprocess.run(  # noqa: S603  our own command line
            command, capture_output=True, text=True, check=False
        )
    except OSError:  # a system that has neither
        return uuid.uuid4().hex
    return asked.stdout.strip() or uuid.uuid4().hex


def host_id(tally_dir: Path) -> str:
    """The id of the folder of tallies, made once: tallies are found by it, wherever the machine is.

    The file says which inode it is, so that a copy of the folder is not taken for the original: it gets an id
    of its own.
    """
    path = tally_dir / "host-id"
    tally_dir.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        made, _, inode = file.read().strip().partition(" ")
        here = str(os.fstat(file.fileno()).st_ino)
        if not made or inode not in {"", here}:  # "": made before copies were told from originals
            made = uuid.uuid4().hex
        if inode != here:
            file.truncate(0)
            file.write(f"{made} {here}")
    return made


def beat(session: Session, host: str) -> None:
    """Say that this host lives. A counter, because clocks may jump."""
    lives = (
        update(SendingHost)
        .where(SendingHost.id == host)
        .values(heartbeat=SendingHost.heartbeat + 1)
        .returning(SendingHost.id)
    )
    if session.scalar(lives) is None:
        session.merge(SendingHost(id=host, heartbeat=1))


class Watch:
    """Remembers since when a counter has not changed, by the monotonic clock of this process."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def gone(self, session: Session, host: str) -> bool:
        """Whether the heartbeat of `host` has not changed for `GONE_AFTER_SECONDS`."""
        row = session.get(SendingHost, host, populate_existing=True)
        return self._unchanged(f"host {host}", row.heartbeat if row else -1, GONE_AFTER_SECONDS)

    def stopped(self, window_id: str) -> bool:
        """Whether the holder of a window has been alive without settling it for `STOPPED_AFTER_SECONDS`."""
        return self._unchanged(f"window {window_id}", 0, STOPPED_AFTER_SECONDS)

    def forget_but(self, window_ids: Container[str]) -> None:
        """Forget the windows that were settled."""
        kept = {name for name in self._seen if not name.startswith("window ") or name[7:] in window_ids}
        self._seen = {name: seen for name, seen in self._seen.items() if name in kept}

    def _unchanged(self, what: str, counter: int, seconds: float) -> bool:
        before = self._seen.get(what)
        if before is None or before[0] != counter:
            self._seen[what] = (counter, clock.monotonic())
            return False
        return clock.monotonic() - before[1] >= seconds
