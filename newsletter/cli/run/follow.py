"""What the children write, as one readable stream: their log files followed, each line with its program."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# Of the supervisor's own log, what says that something is wrong.
NOTEWORTHY = re.compile(r" (WARN|ERRO|CRIT) |gave up:")
EXPECTED = re.compile(r"received SIG|stopped: ")
# Advice about the kernel's settings, given at each start, that a run on one machine does not need.
ADVICE = re.compile(r"Memory overcommit must be enabled|Transparent Huge Pages")
LONGEST_LINE = 64_000  # bytes; what has no end by then is shown as it is


@dataclass(frozen=True)
class Line:
    program: str
    text: str


class Follower:
    """Follows `<folder>/<name>.log` for each name, across rotations, from where they end now."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.logs = [_Log(folder / f"{name}.log", name) for name in names]

    def new_lines(self) -> Iterator[Line]:
        """The lines written since the last call."""
        for log in self.logs:
            for text in log.new_lines():
                if _worth_showing(log.name, text):
                    yield Line(log.name, text)

    def close(self) -> None:
        for log in self.logs:
            log.close()


def _worth_showing(program: str, text: str) -> bool:
    if program == "supervisor":
        return bool(NOTEWORTHY.search(text)) and not EXPECTED.search(text)
    return not (program == "valkey" and ADVICE.search(text))


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
