"""What a rule finds, and what a rule is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from newsletter.preflight.draft import Draft
from newsletter.preflight.settings import Severity, Threshold


class Level(StrEnum):
    """Whether an issue can be sent all the same."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True)
class Remark:
    """One thing that a rule objects to: a sentence, and the place in the document where there is one."""

    level: Level
    message: str
    path: str = ""


@dataclass(frozen=True)
class Finding:
    """A remark and the rule that made it. `path` is such as `sections[2].items[0].url`, or empty."""

    rule: str
    level: Level
    message: str
    path: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule: its key, what it has to say about a draft, and what a publication may choose about it.

    about:      what it objects to, in a sentence.
    always:     why it can be neither turned off nor made a warning; empty where it can.
    thresholds: its numbers.
    """

    key: str
    examine: Callable[[Draft], Iterable[Remark]]
    about: str
    always: str = ""
    thresholds: tuple[Threshold, ...] = ()

    def findings(self, draft: Draft) -> list[Finding]:
        """What it objects to, at the level that the publication has chosen."""
        chosen = draft.settings.severities.get(self.key)
        if chosen is Severity.OFF:
            return []
        level = Level(chosen) if chosen else None
        return [
            Finding(self.key, level or remark.level, remark.message, remark.path)
            for remark in self.examine(draft)
        ]


def blocking(message: str, path: str = "") -> Remark:
    """Something that must be fixed before the issue is sent."""
    return Remark(Level.BLOCKING, message, path)


def warning(message: str, path: str = "") -> Remark:
    """Something that somebody should look at."""
    return Remark(Level.WARNING, message, path)
