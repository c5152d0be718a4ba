"""What became of the rows of an import."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RowProblem:
    """A row that was left out: `line` is where it starts in the file (1 is the header)."""

    line: int
    problem: str
    code: str = "malformed"


def row_counts(added: int, already: int, updated: int, refused: dict[str, int]) -> dict[str, Any]:
    """The counts as JSON, in which each row that was read is once; `refused` by reason."""
    return {
        "rows": added + already + sum(refused.values()),
        "added": added,
        "updated": updated,
        "unchanged": already - updated,
        "refused": refused,
    }


@dataclass
class ImportResult:
    """Every row of the file is in exactly one of these counts."""

    imported: int = 0
    already: int = 0  # subscribed before
    updated: int = 0  # of them, those whose data the file filled in or replaced
    skipped: dict[str, int] = field(
        default_factory=dict
    )  # by reason: suppressed, unsubscribed, file_unsubscribed, …
    errors: list[RowProblem] = field(default_factory=list)

    ended: int = 0  # subscriptions here that the file ended
    suppressed: int = 0  # addresses that the file suppressed
    made_tags: list[int] = field(default_factory=list)  # tags that there were not before

    def skip(self, reason: str) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def add(self, other: "ImportResult") -> None:
        """Add the counts of some more rows."""
        self.imported += other.imported
        self.already += other.already
        self.updated += other.updated
        self.ended += other.ended
        self.suppressed += other.suppressed
        self.made_tags += other.made_tags
        self.errors += other.errors
        for reason, number in other.skipped.items():
            self.skipped[reason] = self.skipped.get(reason, 0) + number

    def skip_all(self, reasons: Iterable[str]) -> None:
        for reason in reasons:
            self.skip(str(reason))

    @property
    def refused(self) -> dict[str, int]:
        """The rows that brought nobody, by reason."""
        counts = Counter(self.skipped)
        counts.update(error.code for error in self.errors)
        return dict(counts)

    def facts(self) -> dict[str, Any]:
        """The same as JSON."""
        return row_counts(self.imported, self.already, self.updated, self.refused) | {
            "ended": self.ended,
            "suppressed": self.suppressed,
            "imported": self.imported,
            "already": self.already,
            "skipped": dict(self.skipped),
            "errors": [
                {"line": error.line, "problem": error.problem, "reason": error.code} for error in self.errors
            ],
        }
