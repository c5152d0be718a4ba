"""Write people into a file: CSV (RFC 4180), a workbook for spreadsheet programs, or JSON lines."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from io import StringIO
from typing import IO, Any, Protocol

from newsletter.core.errors import Refused
from newsletter.core.spreadsheet_cells import safe_text
from newsletter.subscribers.attributes.values import value_text
from newsletter.subscribers.exports.models import FileFormat
from newsletter.subscribers.exports.people import COLUMNS, PLAIN, Names, People, Person
from newsletter.subscribers.exports.workbook import MOST_ROWS, Workbook

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl; charset=utf-8",
}
# What people typed; the other plain columns are words and moments of ours.
_TYPED = (COLUMNS.index("email"), COLUMNS.index("name"), COLUMNS.index("language"))
_separates = re.compile(r"[,;|]").search


class Written(Protocol):
    """A file under way."""

    def add(self, people: Sequence[Person]) -> None: ...
    def end(self) -> None: ...


def write_people(people: People, file: IO[bytes], format_: FileFormat) -> Iterator[int]:
    """Write all of them to `file`, and tell after each batch how many there are so far.

    Raises `Refused` for more than a workbook takes.
    """
    written = 0
    under_way = _FORMATS[format_](file, people)
    try:
        for batch in people.batches():
            written += len(batch)
            under_way.add(batch)
            yield written
    finally:
        under_way.end()


class _Csv:
    def __init__(self, file: IO[bytes], people: People) -> None:
        self._file, self._attributes = file, people.attributes
        self._write([people.header])

    def add(self, people: Sequence[Person]) -> None:
        self._write([_cells(person, self._attributes) for person in people])

    def end(self) -> None: ...

    def _write(self, rows: Sequence[Sequence[str]]) -> None:
        buffer = StringIO(newline="")
        csv.writer(buffer, lineterminator="\r\n").writerows(rows)
        self._file.write(buffer.getvalue().encode())


class _Xlsx:
    def __init__(self, file: IO[bytes], people: People) -> None:
        self._attributes, self._left = people.attributes, MOST_ROWS - 1
        self._book = Workbook(file)
        self._book.add([people.header])

    def add(self, people: Sequence[Person]) -> None:
        self._left -= len(people)
        if self._left < 0:
            sentence = f"A workbook has at most {MOST_ROWS - 1:,} people. Choose CSV, which takes any number."
            raise Refused("too_many_rows", sentence, {"format": sentence})
        self._book.add([_cells(person, self._attributes) for person in people])

    def end(self) -> None:
        self._book.end()


class _JsonLines:
    def __init__(self, file: IO[bytes], people: People) -> None:
        self._file, self._attributes = file, set(people.attributes)

    def add(self, people: Sequence[Person]) -> None:
        encode = json.JSONEncoder(ensure_ascii=False).encode
        self._file.write("".join(f"{encode(self._object(one))}\n" for one in people).encode())

    def end(self) -> None: ...

    def _object(self, person: Person) -> dict[str, Any]:
        plain, tags, topics, values = person
        facts: dict[str, Any] = dict(zip(COLUMNS[:PLAIN], plain, strict=True))
        facts |= {"tags": tags, "muted_topics": topics}
        if self._attributes:
            facts["attributes"] = {key: value for key, value in values.items() if key in self._attributes}
        return facts


_FORMATS: dict[FileFormat, Callable[[IO[bytes], People], Written]] = {
    FileFormat.CSV: _Csv,
    FileFormat.XLSX: _Xlsx,
    FileFormat.JSONL: _JsonLines,
}


def _cells(person: Person, attributes: Sequence[str]) -> list[str]:
    """A row of texts, none of which is a formula to spreadsheet programs."""
    plain, tags, topics, values = person
    cells = list(plain)
    for place in _TYPED:
        cells[place] = safe_text(cells[place])
    cells += (_listed(tags), _listed(topics))
    cells += [safe_text(value_text(values.get(key))) for key in attributes]
    return cells


@lru_cache(maxsize=10_000)
def _listed(names: Names) -> str:
    """The names in one cell; as JSON where one of them would be read as several."""
    if any(map(_separates, names)):
        return json.dumps(names, ensure_ascii=False)
    return safe_text(", ".join(names))
