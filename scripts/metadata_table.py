"""Print how well the fields of other people's pages are read, over the fixture pages of the tests."""

import sys

from tests.pages.metadata_table import Result, results, share_right, table

TARGETS = {"headline": 0.95, "outlet": 0.95, "published": 0.90, "byline": 0.85, "credit": 0.80}
COLUMNS = ("right", "wrong", "missing", "invented", "empty")


def print_table(title: str, rows: list[Result]) -> None:
    """A line for each field, with its target where it has one."""
    print(f"{title}: {len({row.page for row in rows})} pages")
    print(f"  {'field':<12}" + "".join(f"{column:>9}" for column in COLUMNS) + "    right   target")
    for field, count in table(rows).items():
        target = f"{TARGETS[field]:>7.0%}" if field in TARGETS else ""
        numbers = "".join(f"{count[column]:>9}" for column in COLUMNS)
        print(f"  {field:<12}{numbers}  {share_right(count):>6.1%}  {target}")


def main() -> None:
    """The table of all pages, of those the reader was written with, and of those held back; then each fault."""
    rows = list(results())
    print_table("All", rows)
    for held_back, title in ((False, "Seen while the reader was written"), (True, "Held back")):
        if part := [row for row in rows if row.held_back == held_back]:
            print_table(title, part)
    if "--faults" in sys.argv:
        for row in rows:
            if row.verdict not in ("right", "empty"):
                print(f"{row.page}: {row.field} {row.verdict}: {row.found!r} for {' or '.join(row.expected)!r}")


if __name__ == "__main__":
    main()
