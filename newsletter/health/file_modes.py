"""Find what other users of the machine may read: addresses, links and keys lie in the data directory."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_to_others(places: list[Path]) -> list[Path]:
    """The files and folders at and below `places` that anybody but their owner may read, write or enter.

    Links are not followed, and what is gone before it is looked at does not count.
    """
    return [path for place in places for path in _everything(place) if _is_open(path)]


def _everything(place: Path) -> Iterator[Path]:
    yield place
    for folder, folders, files in os.walk(place):
        yield from (Path(folder, name) for name in (*folders, *files))


def _is_open(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & OTHERS)
