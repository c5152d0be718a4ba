"""Split CSV into records, strictly (RFC 4180): what is malformed is told with its line, and nothing is lost.

Spreadsheets and `csv.reader` forgive an open quotation mark by taking the rest of the file into one cell.
Here such a line is a problem of its own, and reading goes on at the line below it.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import IO, NamedTuple

from newsletter.subscribers.imports.result import RowProblem

LONGEST_LINE = 100_000  # characters; csv has no longer cell than 131,072
MOST_LINES = 200  # of one record
BLOCK = 1000  # lines that are looked at together

NEVER_CLOSED = "a quotation mark in this row is never closed"
ODD_QUOTES = "a quotation mark in this row is unmatched"
AFTER_QUOTES = (
    "a cell of this row continues after its closing quotation mark: inside a cell, double each quotation mark"
)
TOO_LONG = f"this line has more than {LONGEST_LINE:,} characters"

# One person as mail programs copy them, which no CSV cell may look like: "Ruiz, Ana" <ana@example.org>
_MAILBOX = re.compile(r'\s*("[^"]*"|[^"<>@]*)\s*<[^<>\s]+@[^<>\s]+>[\s,;]*').fullmatch


class Record(NamedTuple):
    """The cells of one record; `line` is where it begins in the file, from 1."""

    line: int
    cells: list[str]


def read_lines(file: IO[str]) -> Iterator[str]:
    """The lines of `file` with their ends; of one that is too long only as much as shows that it is."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            part = line
            while part and not part.endswith(("\n", "\r")):
                part = file.readline(LONGEST_LINE)
        yield line


def quote_mailboxes(lines: Iterable[str]) -> Iterator[str]:
    """The same lines, with those that are one mailbox (`"Ruiz, Ana" <ana@example.org>`) as one cell."""
    for line in lines:
        if _MAILBOX(line):
            cell = line.strip().rstrip(",;").replace('"', '""')
            yield f'"{cell}"\n'
        else:
            yield line


def parse_line(line: str, delimiter: str) -> list[str]:
    """The cells of a single line, as far as they can be told."""
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


class RecordReader:
    """The records of some lines, and what is malformed among them, in the order of their lines.

    `before` lines of the file were read already. `swallowed` is asked about each cell with line breaks:
    whether what it holds is other rows, taken in by a quotation mark that was never meant to reach so far.
    """

    def __init__(
        self, lines: Iterable[str], delimiter: str, before: int, swallowed: Callable[[int, str], bool]
    ) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()  # lines that were read as a part of what they do not belong to
        self._delimiter = delimiter
        self._line = before
        self._swallowed = swallowed

    def __iter__(self) -> Iterator[Record | RowProblem]:
        while block := list(islice(self._lines, BLOCK)):
            rows = self._plain(block)
            if rows is None:
                self._again.extend(block)
                yield from self._careful()
                continue
            begins = self._line + 1
            self._line += len(block)
            for place, cells in enumerate(rows):
                yield Record(begins + place, cells)

    def _plain(self, block: list[str]) -> list[list[str]] | None:
        """The cells of lines of which each is one record, as nearly always; None where one is not."""
        if any(len(line) > LONGEST_LINE or line.count('"') % 2 for line in block):
            return None
        try:
            rows = list(csv.reader(block, delimiter=self._delimiter, strict=True, skipinitialspace=True))
        except csv.Error:
            return None
        return rows if len(rows) == len(block) else None

    def _careful(self) -> Iterator[Record | RowProblem]:
        """The records of the lines in hand, and of those below that belong to the last of them."""
        while self._again:
            taken: list[str] = []
            begins = self._line + 1
            try:
                cells = next(self._parser(taken))
                problem = self._problem(cells, taken)
            except StopIteration:
                return
            except csv.Error as error:
                cells, problem = [], _words(error, taken)
            if problem:
                self._again.extendleft(reversed(taken[1:]))
                self._line = begins
                yield RowProblem(begins, problem)
            else:
                self._line += len(taken)
                yield Record(begins, cells)

    def _parser(self, taken: list[str]) -> Iterator[list[str]]:
        return csv.reader(self._feed(taken), delimiter=self._delimiter, strict=True, skipinitialspace=True)

    def _feed(self, taken: list[str]) -> Iterator[str]:
        """Lines for one record, noted in `taken`."""
        length = 0
        while True:
            line = self._again.popleft() if self._again else next(self._lines, "")
            if not line:
                return
            taken.append(line)
            length += len(line)
            if len(line) > LONGEST_LINE:
                raise csv.Error(TOO_LONG)
            if length > LONGEST_LINE or len(taken) > MOST_LINES:
                raise csv.Error(NEVER_CLOSED)
            yield line

    def _problem(self, cells: list[str], taken: list[str]) -> str:
        """Why a record that could be read is not taken as it is; empty when it is."""
        if sum(line.count('"') for line in taken) % 2:
            return ODD_QUOTES
        if len(taken) == 1:
            return ""
        tall = ((place, cell.strip()) for place, cell in enumerate(cells))
        broken = ((place, cell) for place, cell in tall if "\n" in cell or "\r" in cell)
        return NEVER_CLOSED if any(self._swallowed(place, cell) for place, cell in broken) else ""


def _words(error: csv.Error, taken: list[str]) -> str:
    said = str(error)
    if said in {TOO_LONG, NEVER_CLOSED}:
        # A line that is too long by itself is told when its turn comes.
        return said if len(taken) == 1 else NEVER_CLOSED
    return NEVER_CLOSED if len(taken) > 1 or "end of data" in said else AFTER_QUOTES
