"""Unsubscribes that wait for the database: a folder of this host, with a file for each.

A mail program asks once and does not come back, so what cannot be written to the database is written here,
through to the disk, before it is answered. `replay_unsubscribes` carries it out. The files name ids of rows
and no address.
"""

import errno
import json
import os
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from newsletter.core import clock
from newsletter.core.whole_file import PREFIX, SUFFIX, whole_file
from newsletter.subscribers.models import ConsentSource

MOST = 50_000  # files; a file takes 4 KB of most disks
MOST_OF_A_PERSON = 50  # of a preferences link, whose form may name any subscription
UNFINISHED_SECONDS = 3600.0  # nobody writes a file for so long
FAILED = "failed"  # the folder below of those that could not be carried out
EVERYTHING = 0  # as a subscription: all of the person's


@dataclass(frozen=True)
class SpooledUnsubscribe:
    """An unsubscribe that was answered, and that the database does not know of yet.

    `subscription_id` may be `EVERYTHING`. `subscriber_id` is the person of a preferences link, who may not
    have the subscription that the form named; 0 when the link is the subscription's own. `ip` is from where
    it was asked for, `at` when.
    """

    source: ConsentSource
    subscription_id: int
    subscriber_id: int = 0
    mailing_id: int = 0
    ip: str = ""
    at: datetime = field(default_factory=clock.now)

    @property
    def name(self) -> str:
        """Its file: the same for the same wish, so that who repeats it does not fill the disk."""
        return f"{self.subscriber_id}-{self.subscription_id}.json"


class UnsubscribeSpool:
    """The spool in `folder`, which is made when it is first written to. Processes may share it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failed_folder = folder / FAILED

    def keep(self, entry: SpooledUnsubscribe) -> None:
        """Write `entry` through to the disk. Raises `OSError` when the disk or the spool is full."""
        self._make(self.folder)
        path = self.folder / entry.name
        if not path.exists():
            self._check_room(entry)
        with whole_file(path) as file:
            file.write(json.dumps(asdict(entry) | {"at": entry.at.isoformat()}).encode())
        _sync_folder(self.folder)

    def waiting(self) -> list[str]:
        """The names of those that are still to be carried out, oldest name first."""
        return _names(self.folder)

    def failed(self) -> list[str]:
        """The names of those that could not be carried out, for a person to look at."""
        return _names(self.failed_folder)

    def read(self, name: str) -> SpooledUnsubscribe:
        """What the file `name` says. Raises `ValueError` for one that nobody wrote like that, `OSError`."""
        try:
            facts = json.loads((self.folder / name).read_bytes())
            facts |= {"source": ConsentSource(facts["source"]), "at": datetime.fromisoformat(facts["at"])}
            entry = SpooledUnsubscribe(**facts)
        except (TypeError, KeyError) as error:
            raise ValueError(str(error)) from error
        if entry.name != name or entry.at.tzinfo is None:
            message = f"{name} is not its name, or its time has no zone"
            raise ValueError(message)
        return entry

    def remove(self, name: str) -> None:
        """It is in the database now."""
        (self.folder / name).unlink(missing_ok=True)

    def set_aside(self, name: str) -> None:
        """Put it where it blocks nobody: it cannot be carried out, and a person has to look at it."""
        self._make(self.failed_folder)
        with suppress(FileNotFoundError):  # another process did
            (self.folder / name).replace(self.failed_folder / name)

    def forget(self, subscriber_id: int, subscription_ids: Collection[int]) -> None:
        """Remove whatever is about an erased person: their subscriptions have ended."""
        theirs = {f"0-{each}.json" for each in subscription_ids}
        for folder in (self.folder, self.failed_folder):
            for name in _names(folder):
                if name in theirs or name.startswith(f"{subscriber_id}-"):
                    (folder / name).unlink(missing_ok=True)

    def remove_unfinished(self) -> None:
        """Remove what a process left that died while it wrote; nobody was told that it was done."""
        deadline = time.time() - UNFINISHED_SECONDS
        for path in self.folder.glob(f"{PREFIX}*{SUFFIX}"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < deadline:
                    path.unlink()

    def _check_room(self, entry: SpooledUnsubscribe) -> None:
        names = os.listdir(self.folder)  # noqa: PTH208
        of_person = f"{entry.subscriber_id}-"
        if len(names) >= MOST or (
            entry.subscriber_id and sum(name.startswith(of_person) for name in names) >= MOST_OF_A_PERSON
        ):
            raise OSError(errno.ENOSPC, f"{self.folder} has as many files as it may")

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _sync_folder(folder.parent)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(".json"))  # noqa: PTH208
    except FileNotFoundError:
        return []


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
