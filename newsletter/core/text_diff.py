"""The lines that differ between two texts."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class DiffLine:
    """A line of two versions: `sign` is + in the later one only, - in the earlier one only, else a blank."""

    sign: str
    text: str


def diff_texts(before: str, after: str) -> Iterator[DiffLine]:
    """The lines that differ, with two lines around them; nothing for equal texts."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    for line in list(lines)[2:]:  # after the names of two files
        yield DiffLine(" ", "…") if line.startswith("@@") else DiffLine(line[:1], line[1:])
