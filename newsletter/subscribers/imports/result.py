"""What became of the rows of an import."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RowProblem:
    """A row that was left out: `line` is where it starts in the file (1 is the header)."""

    line: int
    problem: str


@dataclass
class ImportResult:
    """Every row of the file is in exactly one of these counts."""

    imported: int = 0
    already: int = 0  # subscribed before; nothing changed
    skipped: dict[str, int] = field(
        default_factory=dict
    )  # by reason: suppressed, unsubscribed, file_unsubscribed, …
    errors: list[RowProblem] = field(default_factory=list)

    def skip(self, reason: str) -> None:
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def add(self, other: "ImportResult") -> None:
        """Add the counts of some more rows."""
        self.imported += other.imported
        self.already += other.already
        self.errors += other.errors
        for reason, number in other.skipped.items():
            self.skipped[reason] = self.skipped.get(reason, 0) + number

    def skip_all(self, reasons: Iterable[str]) -> None:
        for reason in reasons:
            self.skip(str(reason))

    def facts(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "imported": self.imported,
            "already": self.already,
            "skipped": dict(self.skipped),
            "errors": [{"line": error.line, "problem": error.problem} for error in self.errors],
        }
