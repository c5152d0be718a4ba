"""Hits that wait on this host while Redis is away: a folder with a file for each batch.

A hit has a key of its own, so a batch that was written down in two places is still counted once.
"""

import errno
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from newsletter.core import clock
from newsletter.core.logs import Logger
from newsletter.core.whole_file import whole_file
from newsletter.tracking.hit import Hit

log = Logger(__name__)

MOST = 20_000  # files: with one every two seconds, those of eleven hours


class HitSpool:
    """The spool in `DATA_DIR/hits`, which is made when it is first written to. Processes may share it."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "hits"

    def keep(self, hits: Iterable[Hit]) -> None:
        """Write `hits` into a file that is whole or not there. Raises `OSError` when there is no room."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(os.listdir(self.folder)) >= MOST:  # noqa: PTH208
            raise OSError(errno.ENOSPC, f"{self.folder} has as many files as it may")
        name = f"{round(clock.now().timestamp() * 1000)}-{secrets.token_hex(6)}"
        with whole_file(self.folder / f"{name}.jsonl") as file:
            file.write(b"".join(hit.to_json() + b"\n" for hit in hits))

    def waiting(self) -> list[str]:
        """The names of the files, oldest first."""
        try:
            return sorted(name for name in os.listdir(self.folder) if name.endswith(".jsonl"))  # noqa: PTH208
        except FileNotFoundError:
            return []

    def read(self, name: str) -> list[Hit]:
        """The hits in a file, without those that cannot be read; none where another process was quicker."""
        hits = []
        with suppress(FileNotFoundError):
            for line in (self.folder / name).read_bytes().splitlines():
                try:
                    hits.append(Hit.from_json(line))
                except ValueError as error:
                    log.warning("a hit in the spool cannot be read", file=name, error=str(error))
        return hits

    def remove(self, name: str) -> None:
        """They are elsewhere now."""
        (self.folder / name).unlink(missing_ok=True)
