"""Rules in plain English, such as “City is Rome”, and whether each is true of somebody."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from newsletter.core.dates import write_day
from newsletter.core.language_name import language_name
from newsletter.segments.evaluate import Person, evaluate
from newsletter.segments.names import Names
from newsletter.segments.rules import (
    AllOf,
    AnyOf,
    AttributeRule,
    ClickedRule,
    ConfirmedRule,
    DaysAgo,
    DidNotGetRule,
    GotRule,
    LanguageRule,
    NoneOf,
    Not,
    Period,
    RejectedRule,
    SegmentRule,
    SignedUpRule,
    SourceRule,
    StateRule,
    TagRule,
    TopicRule,
    mailings_of,
    parts_of,
)
from newsletter.subscribers.attributes.values import value_text

_GROUPS: dict[type, str] = {
    AllOf: "All of these:",
    AnyOf: "At least one of these:",
    NoneOf: "None of these:",
    Not: "Not this:",
}
_COMPARED = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "starts_with": "begins with",
    "greater": "is more than",
    "less": "is less than",
    "before": "is before",
    "after": "is after",
}


@dataclass(frozen=True)
class Line:
    """A rule in words. `depth`: in how many groups it is; `met`: whether it is true, None where unasked."""

    depth: int
    sentence: str
    met: bool | None = None


def describe(rule: Any, names: Names) -> list[Line]:
    """The rules in words, a line for each."""
    return _lines(rule, names, 0, lambda _rule: None)


def explain(rule: Any, names: Names, person: Person) -> list[Line]:
    """The same, each with whether it is true of `person`."""
    return _lines(rule, names, 0, lambda each: evaluate(each, person, names))


def _lines(rule: Any, names: Names, depth: int, met: Callable[[Any], bool | None]) -> list[Line]:
    parts = parts_of(rule)
    own = Line(depth, _GROUPS[type(rule)] if parts else sentence_of(rule, names), met(rule))
    return [own, *(line for _, part in parts for line in _lines(part, names, depth + 1, met))]


def sentence_of(rule: Any, names: Names) -> str:
    """One rule that is no group, in words; what is not there any more is called by its key."""
    match rule:
        case AttributeRule():
            words = _attribute(rule, names)
        case TagRule(tag=key):
            words = f"Has the tag {_name(names.tags, key)}"
        case TopicRule(topic=key):
            words = f"Gets the topic {_name(names.topics, key)}"
        case SegmentRule(segment=slug):
            words = f"Is in the segment {slug}"
        case LanguageRule(language=tag):
            words = f"Language is {language_name(tag)}"
        case SignedUpRule(signed_up=period):
            words = f"Signed up {_period(period)}"
        case ConfirmedRule(confirmed=period):
            words = f"Confirmed {_period(period)}"
        case SourceRule(source=source):
            words = f"Signed up by {source}"
        case StateRule(state=state):
            words = f"Is {state}"
        case _:
            words = _past(rule)
    return words


def _name(labels: Any, key: str) -> str:
    return labels[key].name if key in labels else key


def _attribute(rule: AttributeRule, names: Names) -> str:
    ((operator, value),) = rule.comparisons().items()
    attribute = names.attributes.get(rule.attribute)
    label = attribute.label if attribute else rule.attribute
    if operator == "known":
        return f"{label} is known" if value else f"{label} is not known"
    shown = _day(value) if operator in {"before", "after"} else value_text(value)
    return f"{label} {_COMPARED[operator]} {shown}"


def _period(period: Period) -> str:
    after = "" if period.after is None else f"after {_day(period.after)}"
    before = "" if period.before is None else f"before {_day(period.before)}"
    return " and ".join(part for part in (after, before) if part)


def _day(day: Any) -> str:
    if isinstance(day, date):
        return write_day(day, "en")
    days = day.days_ago if isinstance(day, DaysAgo) else day.in_days
    if days == 0:
        return "today"
    count = f"{days:,} day{'s' if days != 1 else ''}"
    return f"{count} ago" if isinstance(day, DaysAgo) else f"{count} from now"


def _past(rule: Any) -> str:
    if isinstance(rule, DidNotGetRule):
        return f"Did not get {_which(rule.did_not_get, rule.mailings or 1, 0)}"
    verbs: dict[type, str] = {ClickedRule: "clicked in", GotRule: "got", RejectedRule: "rejected"}
    verb = verbs[type(rule)]
    which = mailings_of(rule)
    if which == "never":
        return f"Never {verb.removesuffix(' in')}" + (" a mailing" if verb != "clicked in" else "")
    if which == "ever":
        least = rule.at_least or 1
        return f"{verb.capitalize()} at least {least} mailing{'s' if least > 1 else ''}"
    return f"{verb.capitalize()} {_which(which, rule.mailings or 1, rule.at_least or 1)}"


def _which(which: Any, mailings: int, at_least: int) -> str:
    """`at_least` 0: any of them."""
    if which != "latest":
        return f"mailing {which}"
    if mailings == 1:
        return "the latest mailing"
    return f"{f'at least {at_least}' if at_least else 'any'} of the latest {mailings} mailings"
