"""Read JSON lines (one object on each line) as rows of texts, the keys of all objects as the columns."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from newsletter.core.errors import Refused

LONGEST_LINE = 1_000_000  # octets
MOST_KEYS = 1_000
SAMPLE = 4096  # octets
NO_OBJECT = "no JSON object"


def is_json_lines(path: Path) -> bool:
    """Whether the file begins with an object."""
    try:
        with path.open("rb") as file:
            first = file.read(SAMPLE).lstrip(b"\xef\xbb\xbf \r\n\t")
    except OSError:
        return False
    return first.startswith(b"{") and (first[1:].lstrip()[:1] in {b'"', b"}"})


def read_json_lines(path: Path, called: str) -> Iterator[list[str]]:
    """The keys, then a row for each line; of a line that is no object, the address is words that say so."""
    keys: dict[str, None] = {}
    for record in _objects(path):
        keys |= dict.fromkeys(record or ())
        if len(keys) > MOST_KEYS:
            raise Refused("many_columns", f"{called} has more than {MOST_KEYS:,} different keys.")
    if not keys:
        raise Refused("empty_file", f"{called} has no JSON objects.")
    yield list(keys)
    for record in _objects(path):
        yield [NO_OBJECT if record is None else _text(record.get(key)) for key in keys]


def _objects(path: Path) -> Iterator[dict[str, Any] | None]:
    """The object of each line, an empty one for an empty line; None where there is something else."""
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE + 1):
            whole = line.endswith(b"\n") or len(line) <= LONGEST_LINE
            while not whole and (part := file.readline(LONGEST_LINE)):
                whole = part.endswith(b"\n")
                line = b"-"  # too long to be read
            yield _object(line)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line.decode("utf-8-sig")) if line.strip() else {}
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return " ".join(value.split())
    return json.dumps(value, ensure_ascii=False)
