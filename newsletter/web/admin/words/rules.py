"""The rules of preflight for a page: what is in force of each, in words."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from newsletter.preflight.finding import Rule
from newsletter.preflight.settings import RuleSettings, Severity, Threshold

SEVERITIES: dict[Severity | None, object] = {
    None: _("Default"),
    Severity.OFF: _("Off"),
    Severity.WARNING: _("Warns"),
    Severity.BLOCKING: _("Blocks"),
}


@dataclass(frozen=True)
class RuleFacts:
    """A rule, the severity that was chosen (None: none), and each threshold with its value in force."""

    rule: Rule
    severity: Severity | None
    thresholds: list[tuple[Threshold, str]]


def rule_facts(rule: Rule, settings: RuleSettings) -> RuleFacts:
    """What `settings` say about `rule`."""
    thresholds = [(each, f"{settings.value(each):g}") for each in rule.thresholds]
    return RuleFacts(rule, settings.severities.get(rule.key), thresholds)
