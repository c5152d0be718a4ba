"""Which host and which boot this is: a tally can only testify where it lies and since its machine started."""

import subprocess
import uuid
from functools import cache
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.models import SendingHost

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# A host whose heartbeat stood still this long is gone; its windows are settled without its tallies.
GONE_AFTER_SECONDS = 600


@cache
def boot_id() -> str:
    """An id that changes with every start of the machine."""
    if BOOT_ID.exists():
        return BOOT_ID.read_text().strip()
    # macOS; not found or empty means that no tally survives anything, which is safe.
    asked = subprocess.run(
        ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or uuid.uuid4().hex


def host_id(tally_dir: Path) -> str:
    """The id of the folder of tallies, made once: tallies are found by it, wherever the machine is."""
    path = tally_dir / "host-id"
    tally_dir.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x") as file:
            file.write(uuid.uuid4().hex)
    except FileExistsError:
        pass
    return path.read_text().strip()


def beat(session: Session, host: str) -> None:
    """Say that this host lives. A counter, because clocks may jump."""
    found = session.execute(
        update(SendingHost).where(SendingHost.id == host).values(heartbeat=SendingHost.heartbeat + 1)
    )
    if not found.rowcount:  # type: ignore[attr-defined]
        session.merge(SendingHost(id=host, heartbeat=1))


class Watch:
    """Remembers when each other host's heartbeat was last seen to move, by this process's own clock."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float]] = {}

    def gone(self, session: Session, host: str) -> bool:
        """Whether `host` has stood still for `GONE_AFTER_SECONDS` under our eyes."""
        row = session.get(SendingHost, host, populate_existing=True)
        counter = row.heartbeat if row else -1
        before = self._seen.get(host)
        if before is None or before[0] != counter:
            self._seen[host] = (counter, clock.monotonic())
            return False
        return clock.monotonic() - before[1] >= GONE_AFTER_SECONDS
