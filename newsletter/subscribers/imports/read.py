"""Read subscribers from CSV (RFC 4180), as spreadsheets write it: UTF-8, a header, commas or semicolons."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.core.addresses import Address, parse_address
from newsletter.core.errors import Refused
from newsletter.subscribers.imports.columns import Columns, columns_of, columns_without_header
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.names import clean_name

CHUNK = 1 << 20  # octets
LONGEST_HEADER = 10_000  # characters
DELIMITERS = (",", ";", "\t")
# What spreadsheets take for a formula carries an apostrophe in the files that we write (web/csv_lines.py).
DISARMED = ("'=", "'+", "'-", "'@")


@dataclass(frozen=True)
class Row:
    """One person of the file."""

    line: int
    address: Address
    name: str


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
    """Each row, or what is wrong with it. Nothing but one row is kept in memory.

    Raises `Refused` before the first row when the file is not readable, not UTF-8, empty or without a header
    that has an `email` column; `name` is optional and other columns are ignored.
    """
    count_lines(source)
    return _rows(source)


def inspect(source: Source) -> int:
    """How many lines there are; raises as `read_source` does, and for a header without anybody below it."""
    lines = count_lines(source)
    if next(_rows(source), None) is None:
        raise Refused("no_rows", f"There is nobody in {source.called}: below its header it is empty.")
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


def _rows(source: Source) -> Iterator[Row | RowProblem]:
    # utf-8-sig: spreadsheets put a byte order mark before the first column's name.
    with source.path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(source.path))
        columns, person = _header(source, reader)
        if person:
            yield _row(1, person, columns)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield RowProblem(line, f"this row cannot be read: {error}")
                continue
            if any(cell.strip() for cell in cells):
                yield _row(line, cells, columns)


def _row(line: int, cells: list[str], columns: Columns) -> Row | RowProblem:
    given = [_armed(cell) for cell in cells] + [""] * (columns.width - len(cells))
    email = given[columns.email].strip()
    if not email:
        return RowProblem(line, "the email address is missing")
    try:
        address = parse_address(email)
    except Refused as error:
        return RowProblem(line, error.message)
    return Row(line, address, clean_name(" ".join(given[place] for place in columns.name)))


def _armed(cell: str) -> str:
    """The cell as it was before a file of ours was made safe for spreadsheets."""
    return cell[1:] if cell.startswith(DISARMED) else cell


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = file.readline(LONGEST_HEADER)
    return max(DELIMITERS, key=header.count)


def _header(source: Source, reader: Iterator[list[str]]) -> tuple[Columns, list[str]]:
    """Which column is what; with the first row where it is a person already, as pasted text may have it."""
    try:
        first = next(reader)
    except StopIteration:
        raise Refused("empty_file", f"{source.called} is empty.") from None
    except csv.Error as error:
        raise Refused("bad_header", f"The header of {source.called} cannot be read: {error}.") from error
    columns = columns_of(first)
    if columns is not None:
        return columns, []
    columns = columns_without_header(first) if source.bare else None
    if columns is not None:
        return columns, first
    raise Refused(
        "no_header",
        f"{source.called} has no column called “email”: its first line must name the columns, "
        "like email,name.",
    )


def _not_utf8(source: Source, line: int) -> Refused:
    return Refused(
        "not_utf8",
        f"{source.called} is not UTF-8 (see line {line}): save it again as “CSV UTF-8”. "
        "Nothing was imported.",
    )
