"""Where media files are kept: plain files below one folder, each written whole or not at all.

obstore was tried first. Its runtime starts threads on first use, and a process forked afterwards (by the web
server or Celery) waits for them for ever; plain files have no such past, and are flushed to the disk before
the database speaks of them. Whoever adds another kind of store gives it these methods.
"""

import re
from pathlib import Path

from newsletter.core.errors import OperatorMustAct
from newsletter.core.whole_file import whole_file

_is_name = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*(?:/[a-z0-9]+(?:[-_.][a-z0-9]+)*)*").fullmatch


class MediaFiles:
    """Octets by name (`ab12/original.jpg`) below `folder`, which is made on first use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> bytes | None:
        """The octets called `name`; None when there are none."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, octets: bytes) -> None:
        """Keep `octets` as `name`, replacing what was there; readers see the old file or the new one.

        Raises `OperatorMustAct` when the disk is full or the folder cannot be written.
        """
        path = self._path(name)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(octets)
        except OSError as error:
            raise OperatorMustAct(
                "media_dir", f"The media folder {self.folder} cannot be written: {error.strerror}."
            ) from error

    def _path(self, name: str) -> Path:
        if not _is_name(name):
            message = f"not the name of a media file: {name!r}"
            raise ValueError(message)
        return self.folder / name
