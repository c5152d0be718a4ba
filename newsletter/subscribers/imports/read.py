"""Read subscribers from CSV (RFC 4180), as spreadsheets write it: UTF-8, a header, commas or semicolons."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.core.addresses import Address, parse_address
from newsletter.core.errors import Refused
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.names import clean_name

CHUNK = 1 << 20  # octets
LONGEST_HEADER = 10_000  # characters
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Row:
    """One person of the file."""

    line: int
    address: Address
    name: str


def read_csv(path: Path) -> Iterator[Row | RowProblem]:
    """Each row of `path`, or what is wrong with it. Nothing but one row is kept in memory.

    Raises `Refused` before the first row when the file is not readable, not UTF-8, empty or without a header
    that has an `email` column; `name` is optional and other columns are ignored.
    """
    _require_utf8(path)
    return _rows(path)


def _require_utf8(path: Path) -> None:
    """Read the file once: what is not UTF-8 in its last line must be known before the first is imported."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    raise _not_utf8(path, lines + error.object[: error.start].count(b"\n")) from None
                lines += chunk.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _not_utf8(path, lines) from None
    except OSError as error:
        raise Refused("unreadable_file", f"{path} cannot be read: {error.strerror}.") from error


def _rows(path: Path) -> Iterator[Row | RowProblem]:
    # utf-8-sig: spreadsheets put a byte order mark before the first column's name.
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(path))
        columns = _header(path, reader)
        width = max(columns.values())
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
                yield _row(line, cells + [""] * (width + 1 - len(cells)), columns)


def _row(line: int, cells: list[str], columns: dict[str, int]) -> Row | RowProblem:
    email = cells[columns["email"]].strip()
    if not email:
        return RowProblem(line, "the email address is missing")
    try:
        address = parse_address(email)
    except Refused as error:
        return RowProblem(line, error.message)
    return Row(line, address, clean_name(cells[columns["name"]]) if "name" in columns else "")


def _delimiter(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = file.readline(LONGEST_HEADER)
    return max(DELIMITERS, key=header.count)


def _header(path: Path, reader: Iterator[list[str]]) -> dict[str, int]:
    """Where the columns `email` and `name` are."""
    try:
        names = [name.strip().casefold() for name in next(reader)]
    except StopIteration:
        raise Refused("empty_file", f"{path} is empty.") from None
    except csv.Error as error:
        raise Refused("bad_header", f"The header of {path} cannot be read: {error}.") from error
    if "email" not in names:
        raise Refused(
            "no_header",
            f"{path} has no column called “email”: its first line must name the columns, like email,name.",
        )
    return {wanted: names.index(wanted) for wanted in ("email", "name") if wanted in names}


def _not_utf8(path: Path, line: int) -> Refused:
    return Refused(
        "not_utf8",
        f"{path} is not UTF-8 (see line {line}): save it again as “CSV UTF-8”. Nothing was imported.",
    )
