"""Print how well the fields of other people's pages are read, over the fixture pages of the tests.

python -m scripts.metadata_table             the tables
python -m scripts.metadata_table --faults    and each field that is not right
"""

import sys
from collections.abc import Iterator

from tests.pages.metadata_table import TARGETS, Result, results, share_right, table

COLUMNS = ("right", "wrong", "missing", "invented", "empty")


def lines(title: str, rows: list[Result]) -> Iterator[str]:
    """A line for each field, with its target where it has one."""
    yield f"{title}: {len({row.page for row in rows})} pages"
    yield f"  {'field':<12}" + "".join(f"{column:>9}" for column in COLUMNS) + "    right   target"
    for field, count in table(rows).items():
        target = f"{TARGETS[field]:>7.0%}" if field in TARGETS else ""
        numbers = "".join(f"{count[column]:>9}" for column in COLUMNS)
        yield f"  {field:<12}{numbers}  {share_right(count):>6.1%}  {target}"


def report(*, faults: bool) -> Iterator[str]:
    """The tables of all pages, of those the reader was written with, and of those held back."""
    rows = list(results())
    yield from lines("All", rows)
    for held_back, title in ((False, "Seen while the reader was written"), (True, "Held back")):
        if part := [row for row in rows if row.held_back == held_back]:
            yield from lines(title, part)
    for row in rows if faults else []:
        if row.verdict not in ("right", "empty"):
            expected = " or ".join(row.expected)
            yield f"{row.page}: {row.field} {row.verdict}: {row.found!r} for {expected!r}"


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(faults="--faults" in sys.argv)) + "\n")
