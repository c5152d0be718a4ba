"""What the children write, as one readable stream: their log files followed, each line with its program.

Unless everything is asked for, only what went wrong is shown: lines of the level warning and above, and what
follows them without a level of its own, such as a traceback.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# Where a line says its level: structlog's two styles, the supervisor, and a traceback of Python.
LEVEL = re.compile(
    r"""^\S+\ \[(?P<console>\w+)\s*\]
    | "level":\ "(?P<json>\w+)"
    | ^\d{4}-\d\d-\d\d\ [\d:,]+\ (?P<supervisor>[A-Z]{4})\b
    | ^\d+:[A-Z]\ .{24}\ (?P<valkey>[.*#-])\s
    | ^(?P<python>Traceback)\ """,
    re.VERBOSE,
)
WRONG = frozenset({"warning", "error", "critical", "warn", "erro", "crit", "#", "traceback"})
# What is told as a warning, and is no news: at each stop, and about the kernel's settings.
EXPECTED = re.compile(
    r"received SIG|stopped: |Memory overcommit must be enabled|Transparent Huge Pages"
    r"|User requested shutdown|is now ready to exit"
)
LONGEST_LINE = 64_000  # bytes; what has no end by then is shown as it is


@dataclass(frozen=True)
class Line:
    program: str
    text: str


class Follower:
    """Follows `<folder>/<name>.log` for each name, across rotations, from where they end now."""

    def __init__(self, folder: Path, names: list[str], *, everything: bool) -> None:
        self.logs = [_Log(folder / f"{name}.log", name) for name in names]
        self.filters = {name: Filter() for name in names} if not everything else {}

    def new_lines(self) -> Iterator[Line]:
        """The lines written since the last call."""
        for log in self.logs:
            for text in log.new_lines():
                if log.name not in self.filters or self.filters[log.name].shows(text):
                    yield Line(log.name, text)

    def close(self) -> None:
        for log in self.logs:
            log.close()


class Filter:
    """Which lines of one log tell that something went wrong."""

    def __init__(self) -> None:
        self._showing = False

    def shows(self, text: str) -> bool:
        """Whether to show `text`, the next line of the log."""
        if match := LEVEL.search(text):
            level = match[match.lastgroup or 0]
            self._showing = level.lower() in WRONG and not EXPECTED.search(text)
        return self._showing


class _Log:
    """One log file. Rotation renames the file and makes a new one under the old name."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.rest = b""
        self.file: BinaryIO | None = None
        if path.exists():
            self.file = path.open("rb")
            self.file.seek(0, 2)

    def new_lines(self) -> Iterator[str]:
        yield from self._read()
        if self._rotated():
            yield from self._read()
            self.close()
            self.file = self.path.open("rb")
            yield from self._read()

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None

    def _rotated(self) -> bool:
        try:
            now = self.path.stat()
        except FileNotFoundError:
            return False
        return self.file is None or now.st_ino != _inode(self.file)

    def _read(self) -> Iterator[str]:
        if self.file is None:
            return
        *lines, self.rest = (self.rest + self.file.read()).split(b"\n")
        if len(self.rest) > LONGEST_LINE:
            lines.append(self.rest)
            self.rest = b""
        for line in lines:
            text = line.decode(errors="replace").rstrip()
            if text:
                yield text


def _inode(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_ino
