"""The beginning of a file: what separates its cells, what its columns are, and where its rows begin."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.core.errors import Refused
from newsletter.core.text import full_stop
from newsletter.subscribers.imports.columns import Columns, columns_of, columns_without_header, named
from newsletter.subscribers.imports.plan import Plan
from newsletter.subscribers.imports.records import LONGEST_LINE, parse_line

DELIMITERS = (",", ";", "\t", "|")
MOST_LINES = 20  # of a header whose titles have line breaks

# What Excel writes above the header, and takes for the delimiter.
_separator = re.compile(r'"?sep=([,;|\t])"?[,;|\t]*', re.IGNORECASE).fullmatch
_quoted = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class Beginning:
    """What is known before the first row. `rows_first`: lines read already that belong to the rows."""

    delimiter: str
    columns: Columns
    before: int  # lines above the rows
    rows_first: tuple[str, ...] = ()


def read_beginning(lines: Iterator[str], called: str, plan: Plan, *, bare: bool) -> Beginning:
    """Read the header from `lines`, past empty ones and `sep=;`. `bare`: pasted, so it may be missing.

    Raises `Refused` when there is no header with a column for addresses; the sentence names what it saw.
    """
    separator, first, before = _first_line(lines)
    if not first:
        raise Refused("empty_file", f"{called} is empty.")
    header = [first]
    while '"' in first and sum(line.count('"') for line in header) % 2 and not bare:
        line = next(lines, "")
        if not line or len(header) == MOST_LINES:
            raise _bad_header(called, "a quotation mark in it is never closed")
        header.append(line)
    candidates = [separator] if separator else _candidates("".join(header))
    for delimiter in candidates:
        columns = columns_of(_titles(header, delimiter, called), plan)
        if columns is not None:
            return Beginning(delimiter, columns, before + len(header))
    if bare:
        columns = columns_without_header(parse_line(first, candidates[0]))
        if columns is not None:
            return Beginning(candidates[0], columns, before, (first,))
    titles = [title for title in _titles(header, candidates[0], called) if title.strip()]
    raise Refused(
        "no_header",
        f"{called} has no column called “email”: its first line must name the columns, like email,name. "
        f"It names {named(titles) or 'nothing'}.",
    )


def _first_line(lines: Iterator[str]) -> tuple[str, str, int]:
    """The delimiter that Excel's line names, the first line with words, and how many are above it."""
    separator, before = "", 0
    for line in lines:
        stripped = line.strip("\ufeff\r\n ")
        declared = _separator(stripped)
        if declared is not None and not separator:
            separator = declared[1]
        elif stripped.strip('",;|\t '):
            if len(line) > LONGEST_LINE:
                return separator, line[:LONGEST_LINE], before
            return separator, line, before
        before += 1
    return separator, "", before


def _candidates(header: str) -> list[str]:
    """The delimiters, the one that stands most often outside of quotation marks first."""
    outside = _quoted.sub("", header)
    return sorted(DELIMITERS, key=outside.count, reverse=True)


def _titles(header: list[str], delimiter: str, called: str) -> list[str]:
    reader = csv.reader(header, delimiter=delimiter, skipinitialspace=True)
    try:
        return next(reader)
    except csv.Error as error:
        raise _bad_header(called, str(error)) from error


def _bad_header(called: str, why: str) -> Refused:
    return Refused("bad_header", f"The header of {called} cannot be read: {full_stop(why)}")
