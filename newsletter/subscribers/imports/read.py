"""Read subscribers from CSV (RFC 4180) in UTF-8, as spreadsheets write it: a header, any usual separator."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from newsletter.core.addresses import address_key, parse_address
from newsletter.core.errors import Refused
from newsletter.core.spreadsheet_cells import original_text
from newsletter.subscribers.imports.charset import find_charset, is_broken
from newsletter.subscribers.imports.columns import NO_PLAN, Columns, split_mailbox
from newsletter.subscribers.imports.header import Beginning, read_beginning
from newsletter.subscribers.imports.plan import Plan
from newsletter.subscribers.imports.records import (
    Record,
    RecordReader,
    parse_line,
    quote_mailboxes,
    read_lines,
)
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.imports.row import NO_DETAILS, Row, read_details, read_moment
from newsletter.subscribers.imports.states import FileState, UnknownState, state_in, state_of_file
from newsletter.subscribers.names import clean_name

_is_address = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\"]+").search


@dataclass(frozen=True)
class Source:
    """A file to read. `called` is its name for people; `bare`: pasted, so the header may be missing."""

    path: Path
    called: str
    bare: bool = False
    plan: Plan = NO_PLAN
    lower: int = 0  # lines that rows lie lower here than in the file that somebody has


def read_source(source: Source) -> Iterator[Row | RowProblem]:
    """Each row, or what is wrong with it. Of the file nothing but one row is kept in memory.

    Somebody who is left out by one row of the file is left out by all of them, wherever they stand. Raises
    `Refused` before the first row when the file is not readable, empty or without a header that names a
    column for addresses. What is not CSV in UTF-8 is converted first (`convert`).
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
    """How many lines there are; raises `Refused` for a file that cannot be read."""
    return find_charset(source.path, source.called).lines


@contextmanager
def _opened(source: Source) -> Iterator[tuple[Beginning, Iterator[str]]]:
    """The file's header, read, and the lines below it."""
    # utf-8-sig: spreadsheets put a byte order mark before the first column's name.
    with source.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = read_lines(file)
        if source.bare:
            lines = quote_mailboxes(lines)
        beginning = read_beginning(lines, source.called, source.plan, bare=source.bare)
        yield beginning, chain(beginning.rows_first, lines)


def _records(beginning: Beginning, lines: Iterator[str], lower: int = 0) -> Iterator[Record | RowProblem]:
    """The records with anything in them."""
    swallowed = _swallowed(beginning.columns, beginning.delimiter)
    for record in RecordReader(lines, beginning.delimiter, beginning.before - lower, swallowed):
        if isinstance(record, RowProblem) or (any(record.cells) and any(map(str.strip, record.cells))):
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
        for record in _records(beginning, lines, source.lower):
            if isinstance(record, RowProblem):
                yield record
                continue
            row = _row(record.line, record.cells, columns, source.plan)
            if (of_all or withdrawn) and isinstance(row, Row) and row.left_out is None:
                left_out = of_all or withdrawn.get(_mark(record.cells[columns.email]))
                row = row._replace(left_out=left_out)
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
                    state = _left_out(columns, record.cells)
                except UnknownState:
                    continue
                if state is not None:
                    marks.setdefault(_mark(record.cells[columns.email]), state)
    return marks


def _mark(cell: str) -> int:
    return hash(address_key(split_mailbox(original_text(cell))[0]))


def _row(line: int, cells: list[str], columns: Columns, plan: Plan) -> Row | RowProblem:
    if len(cells) > columns.width and any(cell.strip() for cell in cells[columns.width :]):
        problem = (
            f"this row has {len(cells)} cells, but there are {columns.width} columns: a cell with a comma or "
            "another separator in it needs quotation marks around it"
        )
        return RowProblem(line, problem)
    given = [original_text(cell) if cell[:1] == "'" else cell for cell in cells]
    if len(given) < columns.needed:
        given += [""] * (columns.needed - len(given))
    try:
        _refuse_unreadable(cells, given, columns)
        email, name = split_mailbox(given[columns.email])
        address = parse_address(email)
        left_out = _left_out(columns, given) if columns.states else None
        details = read_details(columns.further, given, plan.attributes) if columns.further else NO_DETAILS
    except Refused as error:
        return RowProblem(line, error.message, error.code)
    except UnknownState as error:
        return RowProblem(line, str(error), "unknown_state")
    if left_out is not None:
        details = details._replace(left_at=_left_at(columns, given))
    written = " ".join([given[place] for place in columns.name])
    return Row(line, address, clean_name(written) or clean_name(name), left_out, details)


def _left_out(columns: Columns, cells: list[str]) -> FileState | None:
    """Why nobody is subscribed by this row. Whoever paused until a moment that the row tells, is.

    Raises `UnknownState` as `state_in` does.
    """
    state = state_in(columns.states, cells)
    if state is FileState.PAUSED and columns.paused_until is not None:
        return None if read_moment(cells[columns.paused_until]) else state
    return state


def _refuse_unreadable(cells: list[str], given: list[str], columns: Columns) -> None:
    """Raise `Refused` for a row of another charset, without an address, or without its state."""
    if any(map(is_broken, given)):
        raise Refused("bad_charset", "this row is not UTF-8, as the others are")
    if not given[columns.email].strip():
        raise Refused("no_address", "the email address is missing")
    if columns.states and len(cells) < columns.needed:
        missing = next((column for column in columns.states if column.place >= len(cells)), None)
        if missing is not None:
            raise Refused("malformed", f"this row ends before its column “{missing.title}”")


def _left_at(columns: Columns, cells: list[str]) -> datetime | None:
    """When they left, where a column tells."""
    moments = (read_moment(cells[column.place]) for column in columns.states)
    return next((moment for moment in moments if moment is not None), None)
