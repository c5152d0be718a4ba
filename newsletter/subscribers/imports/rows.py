"""The rows of a file in batches, with addresses that are in the file twice as problems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from newsletter.subscribers.imports.first_lines import FirstLines
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.imports.row import Row
from newsletter.subscribers.imports.states import FileState

BATCH = 5000  # rows; one transaction, short enough for a sign-up to wait behind it


TO_SUPPRESS = {FileState.BOUNCED, FileState.COMPLAINED, FileState.SUPPRESSED}


@dataclass
class RowBatch:
    """Some rows of a file that follow each other, in the order of their lines."""

    rows: list[Row] = field(default_factory=list)  # no address twice
    problems: list[RowProblem] = field(default_factory=list)
    through: int = 0  # the line that its last row begins on

    def __len__(self) -> int:
        return len(self.rows) + len(self.problems)

    def add(self, row: Row | RowProblem) -> None:
        if isinstance(row, RowProblem):
            self.problems.append(row)
        else:
            self.rows.append(row)
        self.through = row.line


def batches(
    rows: Iterable[Row | RowProblem], *, after: int = 0, size: int = BATCH, suppress: bool = False
) -> Iterator[RowBatch]:
    """Batches of `size` rows of a file, those on a line through `after` left out.

    `suppress`: the file is one of addresses to suppress, whatever else it says of them.

    Addresses on the lines that are left out count as first occurrences, too.
    """
    first_lines = FirstLines()
    batch = RowBatch()
    for row in rows:
        checked = _check_repeated(row, first_lines)
        if row.line <= after:
            continue
        if suppress and isinstance(checked, Row) and checked.left_out not in TO_SUPPRESS:
            checked = checked._replace(left_out=FileState.SUPPRESSED)
        batch.add(checked)
        if len(batch) == size:
            yield batch
            batch = RowBatch()
    if len(batch):
        yield batch


def _check_repeated(row: Row | RowProblem, first_lines: FirstLines) -> Row | RowProblem:
    if isinstance(row, RowProblem):
        return row
    first = first_lines.look_up(row.address.key, row.line)
    if first == row.line:
        return row
    # Without the address: what is written down here outlives an erasure.
    return RowProblem(row.line, f"this address is in the file twice: already on line {first}", "repeated")
