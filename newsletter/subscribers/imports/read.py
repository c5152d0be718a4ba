"""Read subscribers from CSV (RFC 4180), as spreadsheets write it: UTF-8, a header, commas or semicolons."""

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from newsletter.core.addresses import Address, address_key, parse_address
from newsletter.core.errors import Refused
from newsletter.subscribers.imports.columns import Columns, split_mailbox
from newsletter.subscribers.imports.header import Beginning, read_beginning
from newsletter.subscribers.imports.records import (
    Record,
    RecordReader,
    parse_line,
    quote_mailboxes,
    read_lines,
)
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.imports.states import FileState, UnknownState, state_in, state_of_file
from newsletter.subscribers.names import clean_name

CHUNK = 1 << 20  # octets
# What spreadsheets take for a formula carries an apostrophe in the files that we write (web/csv_lines.py).
DISARMED = ("'=", "'+", "'-", "'@")

_is_address = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+").search


@dataclass(frozen=True)
class Row:
    """One person of the file; `left_out` is why the file itself says that they are not to be written to."""

    line: int
    address: Address
    name: str
    left_out: FileState | None = None


@dataclass(frozen=True)
class Source:
    """A file to read. `called` is its name for people; `bare`: pasted, so the header may be missing."""

    path: Path
    called: str
    bare: bool = False


def read_csv(path: Path) -> Iterator[Row | RowProblem]:
    """Each row of the file at `path`, as `read_source` has it."""
    return read_source(Source(path, str(path)))


def read_source(source: Source) -> Iterator[Row | RowProblem]:
    """Each row, or what is wrong with it. Of the file nothing but one row is kept in memory.

    Somebody who is left out by one row of the file is left out by all of them, wherever they stand. Raises
    `Refused` before the first row when the file is not readable, not UTF-8, empty or without a header that
    names a column for addresses.
    """
    count_lines(source)
    return _rows(source)


def read_columns(source: Source) -> Columns:
    """What each column of the file is; raises as `read_source` does for a header that will not do."""
    with _opened(source) as (beginning, _lines):
        return beginning.columns


def inspect(source: Source) -> int:
    """How many lines there are; raises as `read_source` does, and for a header without anybody below it."""
    lines = count_lines(source)
    with _opened(source) as (beginning, unread):
        if next(_records(beginning, unread), None) is None:
            raise Refused("no_rows", f"{source.called} has no subscribers: it is empty below its header.")
    return lines


def count_lines(source: Source) -> int:
    """Read it all once: what is not UTF-8 in its last line must be known before the first is imported."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    breaks, last = 0, b"\n"
    try:
        with source.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    raise _not_utf8(source, breaks + 1 + error.object[: error.start].count(b"\n")) from None
                breaks += chunk.count(b"\n")
                last = chunk[-1:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_utf8(source, breaks + 1) from None
    except OSError as error:
        raise Refused("unreadable_file", f"{source.called} cannot be read: {error.strerror}.") from error
    return breaks + (last != b"\n")


@contextmanager
def _opened(source: Source) -> Iterator[tuple[Beginning, Iterator[str]]]:
    """The file's header, read, and the lines below it."""
    # utf-8-sig: spreadsheets put a byte order mark before the first column's name.
    with source.path.open(encoding="utf-8-sig", newline="") as file:
        lines = read_lines(file)
        if source.bare:
            lines = quote_mailboxes(lines)
        beginning = read_beginning(lines, source.called, bare=source.bare)
        yield beginning, chain(beginning.rows_first, lines)


def _records(beginning: Beginning, lines: Iterator[str]) -> Iterator[Record | RowProblem]:
    """The records with anything in them."""
    swallowed = _swallowed(beginning.columns, beginning.delimiter)
    for record in RecordReader(lines, beginning.delimiter, beginning.before, swallowed):
        if isinstance(record, RowProblem) or any(cell.strip() for cell in record.cells):
            yield record


def _swallowed(columns: Columns, delimiter: str) -> Callable[[int, str], bool]:
    """Whether a cell with line breaks holds other people of the file, as behind an open quotation mark."""

    def is_row(line: str) -> bool:
        cells = parse_line(line, delimiter)
        return len(cells) == columns.width and bool(_is_address(cells[columns.email]))

    def swallowed(place: int, cell: str) -> bool:
        if place in columns.used:
            return bool(_is_address(cell))
        return any(is_row(line) for line in cell.splitlines()[1:])

    return swallowed


def _rows(source: Source) -> Iterator[Row | RowProblem]:
    of_all = state_of_file(source.called)
    withdrawn = _withdrawn(source)
    with _opened(source) as (beginning, lines):
        columns = beginning.columns
        for record in _records(beginning, lines):
            if isinstance(record, RowProblem):
                yield record
                continue
            row = _row(record.line, record.cells, columns)
            if isinstance(row, Row) and row.left_out is None:
                left_out = of_all or withdrawn.get(_mark(record.cells[columns.email]))
                row = Row(row.line, row.address, row.name, left_out)
            yield row


def _withdrawn(source: Source) -> dict[int, FileState]:
    """Whom some row of the file leaves out, by a hash of the address as it stands there.

    Files that were joined from several hold people twice, subscribed in one row and not in the other.
    """
    marks: dict[int, FileState] = {}
    with _opened(source) as (beginning, lines):
        columns = beginning.columns
        if not columns.states:
            return marks
        for record in _records(beginning, lines):
            if isinstance(record, Record) and columns.needed <= len(record.cells):
                try:
                    state = state_in(columns.states, record.cells)
                except UnknownState:
                    continue
                if state is not None:
                    marks.setdefault(_mark(record.cells[columns.email]), state)
    return marks


def _mark(cell: str) -> int:
    return hash(address_key(split_mailbox(_armed(cell))[0]))


def _row(line: int, cells: list[str], columns: Columns) -> Row | RowProblem:
    if any(cell.strip() for cell in cells[columns.width :]):
        problem = (
            f"this row has {len(cells)} cells, but there are {columns.width} columns: a cell with a comma or "
            "another separator in it needs quotation marks around it"
        )
        return RowProblem(line, problem)
    given = [_armed(cell) for cell in cells] + [""] * (columns.needed - len(cells))
    email, name = split_mailbox(given[columns.email])
    if not email:
        return RowProblem(line, "the email address is missing")
    missing = next((column for column in columns.states if column.place >= len(cells)), None)
    try:
        if missing is not None:
            return RowProblem(line, f"this row ends before its column “{missing.title}”")
        address = parse_address(email)
        left_out = state_in(columns.states, given)
    except Refused as error:
        return RowProblem(line, error.message)
    except UnknownState as error:
        return RowProblem(line, str(error))
    written = " ".join(given[place] for place in columns.name)
    return Row(line, address, clean_name(written) or clean_name(name), left_out)


def _armed(cell: str) -> str:
    """The cell as it was before a file of ours was made safe for spreadsheets."""
    return cell[1:] if cell.startswith(DISARMED) else cell


def _not_utf8(source: Source, line: int) -> Refused:
    return Refused(
        "not_utf8",
        f"{source.called} is not UTF-8 (see line {line}): save it again as “CSV UTF-8”. "
        "Nothing was imported.",
    )
