"""What a publication chooses about the rules: how severe each is, its thresholds, and its word list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """What becomes of the findings of a rule: not looked for, or all of them warnings, or all blocking."""

    OFF = "off"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True)
class Threshold:
    """A number of a rule that a publication may choose, from `least` to `most`, in `unit`."""

    rule: str
    key: str
    default: float
    least: float
    most: float
    unit: str
    about: str


@dataclass(frozen=True)
class RuleSettings:
    """The choices of a publication; what it has not chosen is as the rules have it.

    severities: by the key of the rule.
    thresholds: by the keys of the rule and of the threshold.
    words:      the word list, from the wrong form to the right one.
    """

    severities: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)

    def value(self, threshold: Threshold) -> float:
        """The number that was chosen, or the default."""
        return self.thresholds.get((threshold.rule, threshold.key), threshold.default)


DEFAULTS = RuleSettings()
