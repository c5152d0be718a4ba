"""The rows of a file in batches, with addresses that are in the file twice as problems."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from newsletter.subscribers.imports.read import Row
from newsletter.subscribers.imports.result import RowProblem
from newsletter.subscribers.imports.states import FileState

BATCH = 1000  # rows; one transaction, short enough for a sign-up to wait behind it


@dataclass
class Batch:
    """Some rows of a file that follow each other, in the order of their lines."""

    rows: list[Row] = field(default_factory=list)  # no address twice
    left_out: list[FileState] = field(
        default_factory=list
    )  # why, for each row that the file itself leaves out
    problems: list[RowProblem] = field(default_factory=list)
    through: int = 0  # the line that its last row begins on

    def __len__(self) -> int:
        return len(self.rows) + len(self.left_out) + len(self.problems)

    def add(self, row: Row | RowProblem) -> None:
        if isinstance(row, RowProblem):
            self.problems.append(row)
        elif row.left_out is not None:
            self.left_out.append(row.left_out)
        else:
            self.rows.append(row)
        self.through = row.line


def batches(rows: Iterable[Row | RowProblem], *, after: int = 0, size: int = BATCH) -> Iterator[Batch]:
    """Batches of `size` rows of a file, those on a line through `after` left out.

    Addresses on the lines that are left out count as first occurrences, too.
    """
    # A hash is enough to know an address again, and a tenth of its size.
    first_lines: dict[int, int] = {}
    batch = Batch()
    for row in rows:
        checked = _check_repeated(row, first_lines)
        if row.line <= after:
            continue
        batch.add(checked)
        if len(batch) == size:
            yield batch
            batch = Batch()
    if len(batch):
        yield batch


def _check_repeated(row: Row | RowProblem, first_lines: dict[int, int]) -> Row | RowProblem:
    if isinstance(row, RowProblem):
        return row
    first = first_lines.setdefault(hash(row.address.key), row.line)
    if first == row.line:
        return row
    # Without the address: what is written down here outlives an erasure.
    return RowProblem(row.line, f"this address is in the file twice: already on line {first}")
