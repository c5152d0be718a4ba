"""One run for each data directory: a lock that the kernel takes back however its holders end."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

from newsletter.core.errors import Refused

# Workers finish what they hold (20 s) before they end; the supervisor kills those that do not.
PATIENCE = 45.0


class DataLock:
    """The right to use one data directory.

    `run.lock` is held by the run and its supervisor, `children.lock` is shared by the programs they start: a
    new run waits until nothing of an earlier one that was killed is left.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.children_path = data_dir / "children.lock"
        self.descriptor = os.open(data_dir / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def acquire(self, notice: Callable[[str], None], patience: float = PATIENCE) -> None:
        """Take the lock and write our process id into it; `Refused` when another run has it."""
        deadline = time.monotonic() + patience
        waited = False
        while not self._free():
            holder = self._holder()
            if _alive(holder) or time.monotonic() > deadline:
                raise Refused(
                    "data_dir_in_use",
                    f"The data directory {self.data_dir} is in use by another run (process {holder}): "
                    "stop that one, or choose another directory with DATA_DIR.",
                )
            if not waited:
                notice("Waiting for the processes of an earlier run to stop.")
                waited = True
            time.sleep(0.1)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, f"{os.getpid()}\n".encode(), 0)

    def wait_for_children(self, patience: float = PATIENCE) -> bool:
        """Wait until no program of this data directory runs; False when some still do."""
        deadline = time.monotonic() + patience
        while not _exclusive(self.children_path):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _free(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if _exclusive(self.children_path):
            return True
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)
        return False

    def _holder(self) -> int:
        written = os.pread(self.descriptor, 20, 0).strip()
        return int(written) if written.isdigit() else 0


def _exclusive(path: Path) -> bool:
    """Whether nobody has a lock on `path` at this moment."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
