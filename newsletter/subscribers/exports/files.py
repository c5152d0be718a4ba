"""Files of exports while they are kept: below DATA_DIR/exports, readable by the service only."""

import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import IO

FOLDER = "exports"  # below DATA_DIR

_is_name = re.compile(r"[0-9a-f]{32}").fullmatch


class ExportFiles:
    """The files of exports by our own names for them. The folder is made on first use."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def new_name(self) -> str:
        """A name that no file has."""
        return secrets.token_hex(16)

    def create(self, name: str) -> IO[bytes]:
        """A new file to write. Raises `OSError`."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.fdopen(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def path(self, name: str) -> Path:
        """Where the file called `name` lies, if it is there."""
        if not _is_name(name):
            message = f"not the name of an export's file: {name!r}"
            raise ValueError(message)
        return self.folder / name

    def discard(self, name: str) -> None:
        """Delete the file; nothing happens when it is gone already."""
        self.path(name).unlink(missing_ok=True)

    def discard_others(self, needed: Collection[str]) -> None:
        """Delete all files but those that are needed."""
        for path in self.folder.glob("*"):
            if path.name not in needed:
                path.unlink(missing_ok=True)
