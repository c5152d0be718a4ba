"""Uploaded files while their import lasts: below DATA_DIR/imports, readable by the service only."""

import os
import re
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from newsletter.core.errors import OperatorMustAct, Refused
from newsletter.core.whole_file import PREFIX, SUFFIX

FOLDER = "imports"  # below DATA_DIR
CHUNK = 1 << 20  # octets
LOST_SECONDS = 86_400.0  # a file without an import for so long will not get one any more

_is_name = re.compile(r"[0-9a-f]{32}\.csv").fullmatch


class ImportFiles:
    """The files of imports by our own names for them. The folder is made on first use."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def keep(self, stream: IO[bytes], most: int) -> str:
        """Write `stream` to the disk; its name here. `Refused` when it has more than `most` octets.

        Raises `OperatorMustAct` when the disk is full or the folder cannot be written.
        """
        name = self.new_name()
        path = self.path(name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    _copy(stream, file, most)
                    file.flush()
                    os.fsync(file.fileno())
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise OperatorMustAct(
                "import_folder", f"The folder {self.folder} cannot be written: {error.strerror}."
            ) from error
        return name

    def new_name(self) -> str:
        """A name that no file has."""
        return f"{secrets.token_hex(16)}.csv"

    def path(self, name: str) -> Path:
        """Where the file called `name` lies, if it is there."""
        if not _is_name(name):
            message = f"not the name of an import's file: {name!r}"
            raise ValueError(message)
        return self.folder / name

    def discard(self, name: str) -> None:
        """Delete the file; nothing happens when it is gone already."""
        self.path(name).unlink(missing_ok=True)

    def any_lost(self) -> bool:
        """Whether there is a file that nobody wrote in the last day, which an import may still need."""
        return any(True for _path in self._lost())

    def discard_lost(self, needed: Collection[str]) -> int:
        """Delete what no import needs and nobody wrote in the last day; how many files that were."""
        gone = 0
        for path in self._lost():
            if path.name not in needed:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _lost(self) -> Iterator[Path]:
        """Files that nobody wrote in the last day; also what an erasure that was killed left unfinished."""
        deadline = time.time() - LOST_SECONDS
        for pattern in ("*.csv", f"{PREFIX}*{SUFFIX}"):
            yield from (path for path in self.folder.glob(pattern) if path.stat().st_mtime < deadline)


def _copy(stream: IO[bytes], file: IO[bytes], most: int) -> None:
    written = 0
    while chunk := stream.read(CHUNK):
        written += len(chunk)
        if written > most:
            raise too_large_error(most)
        file.write(chunk)


def too_large_error(most: int) -> Refused:
    """The refusal of more than `most` octets."""
    return Refused(
        "too_large",
        f"This file has more than {most // 1_000_000} MB. Split it, or import it with "
        "“newsletter subscribers import” on the server, which takes files of any size.",
    )
