"""How the parsers of feedback judge labelled samples: a confusion table by reason, and hard ones in figures.

    python -m scripts.bounce_table DIR …

Each folder has samples, one message a file, and `labels.tsv` beside them: a file's name, a tab, its kind
and, for bounces, its reason: `hard user_unknown`, `auto_reply`, `unknown`. Files without a label are
left out. The samples themselves are not part of the project.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.feedback.events import ABOUT_SENDER, EventKind, FeedbackEvent
from newsletter.feedback.parsers import parse

LABELS = "labels.tsv"


@dataclass
class Table:
    """What was expected and what came of it."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, expected: str, found: str) -> None:
        self.pairs[expected, found] += 1
        if expected != found:
            self.wrong.append(f"{name}: {expected} → {found}")

    def share(self, side: int) -> str:
        """Of the hard ones on one side, how many are hard on the other, too: 0 recall, 1 precision."""
        hard = {pair: n for pair, n in self.pairs.items() if pair[side].startswith(EventKind.HARD)}
        right = sum(n for pair, n in hard.items() if pair[1 - side].startswith(EventKind.HARD))
        total = sum(hard.values())
        return f"{right}/{total} = {right / total:.3f}" if total else "none"


def read_labels(folder: Path) -> dict[str, str]:
    """The labels of a folder by the names of its files."""
    lines = (folder / LABELS).read_text("utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if "\t" in line and not line.startswith("#"))
    return {name.strip(): label.strip() for name, label in pairs}


def outcome(events: list[FeedbackEvent]) -> str:
    """The gravest of a message's events, as labels are written."""
    gravest = sorted(events, key=lambda event: list(EventKind).index(event.kind))[0]
    return (
        f"{gravest.kind} {gravest.reason}" if gravest.reason and gravest.reason != "other" else gravest.kind
    )


def main() -> None:
    table = Table()
    for folder in map(Path, sys.argv[1:]):
        for name, label in read_labels(folder).items():
            table.add(f"{folder.name}/{name}", label, outcome(parse((folder / name).read_bytes())))
    print_table(table)


def print_table(table: Table) -> None:
    width = max((len(pair[0]) for pair in table.pairs), default=10)
    for expected in sorted({pair[0] for pair in table.pairs}):
        found = [(n, pair[1]) for pair, n in table.pairs.items() if pair[0] == expected]
        shown = ", ".join(f"{n} {name}" for n, name in sorted(found, reverse=True))
        sys.stdout.write(f"{expected:{width}}  {shown}\n")
    suppressed = [pair for pair in table.pairs if _is_about_sender(pair[0]) and pair[1].startswith("hard")]
    sys.stdout.write("\n" + "\n".join(sorted(table.wrong)) + "\n\n")
    sys.stdout.write(f"messages: {sum(table.pairs.values())}\n")
    sys.stdout.write(f"hard bounces, precision: {table.share(1)}; recall: {table.share(0)}\n")
    sys.stdout.write(f"about the sender and yet hard: {len(suppressed)}\n")


def _is_about_sender(label: str) -> bool:
    return label.partition(" ")[2] in set(ABOUT_SENDER)


if __name__ == "__main__":
    main()
