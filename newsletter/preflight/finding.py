"""What a rule finds, and what a rule is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from newsletter.preflight.draft import Draft
from newsletter.preflight.settings import Severity, Threshold


class Level(StrEnum):
    """Whether an issue can be sent all the same."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True)
class Remark:
    """One thing that a rule objects to: a sentence, and the place in the document where there is one.

    `kind` tells it from others at the same place, for waivers, where the sentence holds figures that change
    with other places; usually the sentence does that.
    """

    level: Level
    message: str
    path: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Waived:
    """That somebody looked at a warning and said why it may stay."""

    id: int
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Finding:
    """A remark and the rule that made it. `path` is such as `sections[2].items[0].url`, or empty.

    `key` names the finding while the text of its place stays as it is (see `preflight.place_key`).
    `edition` is the language of the edition that it is about, where it is about one alone.
    """

    rule: str
    level: Level
    message: str
    path: str = ""
    kind: str = ""
    waivable: bool = False
    key: str = ""
    waived: Waived | None = None
    edition: str = ""

    def facts(self) -> dict[str, Any]:
        """What pages, commands and bundles tell of it, as JSON."""
        waived = self.waived and {
            "id": self.waived.id,
            "by": self.waived.by,
            "at": self.waived.at.isoformat(timespec="seconds"),
            "reason": self.waived.reason,
        }
        return {
            "rule": self.rule,
            "level": self.level,
            "message": self.message,
            "path": self.path,
            "edition": self.edition,
            "waived": waived,
        }


@dataclass(frozen=True)
class Rule:
    """A rule: its key, what it has to say about a draft, and what a publication may choose about it.

    about:      what it objects to, in a sentence.
    always:     why it can be neither turned off nor made a warning; empty where it can.
    thresholds: its numbers.
    waivable:   whether its warnings can be waived.
    """

    key: str
    examine: Callable[[Draft], Iterable[Remark]]
    about: str
    always: str = ""
    thresholds: tuple[Threshold, ...] = ()
    waivable: bool = True

    def findings(self, draft: Draft) -> list[Finding]:
        """What it objects to, at the level that the publication has chosen."""
        chosen = draft.settings.severities.get(self.key)
        if chosen is Severity.OFF:
            return []
        level = Level(chosen) if chosen else None
        return [self._finding(remark, level or remark.level) for remark in self.examine(draft)]

    def _finding(self, remark: Remark, level: Level) -> Finding:
        waivable = self.waivable and level is Level.WARNING
        return Finding(self.key, level, remark.message, remark.path, remark.kind, waivable)


def blocking(message: str, path: str = "", kind: str = "") -> Remark:
    """Something that must be fixed before the issue is sent."""
    return Remark(Level.BLOCKING, message, path, kind)


def warning(message: str, path: str = "", kind: str = "") -> Remark:
    """Something that somebody should look at."""
    return Remark(Level.WARNING, message, path, kind)
