"""Rules evaluated for one person in plain Python: the same answer as `segments.compile` gives in SQL."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import singledispatch
from typing import Any

from newsletter.mailings.models import Outcome
from newsletter.segments.attribute_condition import folded
from newsletter.segments.compile import GOT
from newsletter.segments.days import begin_of, day_of, end_of
from newsletter.segments.names import Names
from newsletter.segments.rules import (
    AllOf,
    AnyOf,
    AttributeRule,
    ClickedRule,
    ConfirmedRule,
    DidNotGetRule,
    GotRule,
    LanguageRule,
    MailingRule,
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
)
from newsletter.subscribers.models import ConsentSource, State


@dataclass(frozen=True)
class Person:
    """What rules ask of a subscription and its subscriber; mailings are those of the publication, by id."""

    state: State
    paused_until: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    language: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    sources: frozenset[ConsentSource] = frozenset()
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    clicked: frozenset[int] = frozenset()


def evaluate(rule: Any, person: Person, names: Names) -> bool:
    """Whether `person` is met by the rule."""
    match rule:
        case AllOf(all=rules):
            return all(evaluate(inner, person, names) for inner in rules)
        case AnyOf(any=rules):
            return any(evaluate(inner, person, names) for inner in rules)
        case NoneOf(none=rules):
            return not any(evaluate(inner, person, names) for inner in rules)
        case Not(not_=inner):
            return not evaluate(inner, person, names)
        case SegmentRule(segment=slug):
            return evaluate(names.segments[slug], person, names)
    return evaluate_leaf(rule, person, names)


@singledispatch
def evaluate_leaf(rule: Any, _person: Person, _names: Names) -> bool:
    """The same of a rule that is no group, one implementation for each kind."""
    raise AssertionError(rule)


@evaluate_leaf.register
def _tag(rule: TagRule, person: Person, _names: Names) -> bool:
    return rule.tag in person.tags


@evaluate_leaf.register
def _topic(rule: TopicRule, person: Person, _names: Names) -> bool:
    return rule.topic not in person.muted


@evaluate_leaf.register
def _language(rule: LanguageRule, person: Person, names: Names) -> bool:
    language = person.language or names.language
    return f"{folded(language)}-".startswith(f"{folded(rule.language)}-")


@evaluate_leaf.register
def _signed_up(rule: SignedUpRule, person: Person, names: Names) -> bool:
    return _within(person.created_at, rule.signed_up, names)


@evaluate_leaf.register
def _confirmed(rule: ConfirmedRule, person: Person, names: Names) -> bool:
    return person.confirmed_at is not None and _within(person.confirmed_at, rule.confirmed, names)


@evaluate_leaf.register
def _source(rule: SourceRule, person: Person, _names: Names) -> bool:
    return rule.source in person.sources


@evaluate_leaf.register
def _state(rule: StateRule, person: Person, names: Names) -> bool:
    is_over = person.paused_until is not None and person.paused_until <= names.now
    effective = State.ACTIVE if person.state is State.PAUSED and is_over else person.state
    return effective.value == rule.state


@evaluate_leaf.register
def _did_not_get(rule: DidNotGetRule, person: Person, names: Names) -> bool:
    return not _past(GotRule(got=rule.did_not_get, mailings=rule.mailings), person, names)


def _within(moment: datetime, period: Period, names: Names) -> bool:
    zone = names.zone
    after, before = period.after, period.before
    return (after is None or moment >= end_of(day_of(after, names.now, zone), zone)) and (
        before is None or moment < begin_of(day_of(before, names.now, zone), zone)
    )


@evaluate_leaf.register
def _attribute(rule: AttributeRule, person: Person, names: Names) -> bool:
    ((operator, wanted),) = rule.comparisons().items()
    value = person.attributes.get(rule.attribute)
    if operator == "known":
        return bool((value is not None) == wanted)
    if operator == "is_not":
        return value is None or not _same(value, wanted)
    return value is not None and _compare(operator, value, wanted, names)


def _compare(operator: str, value: Any, wanted: Any, names: Names) -> bool:
    if operator == "is":
        return _same(value, wanted)
    if operator in {"contains", "starts_with"}:
        kept, part = folded(value), folded(wanted)
        return kept.startswith(part) if operator == "starts_with" else part in kept
    if operator in {"before", "after"}:
        wanted = day_of(wanted, names.now, names.zone).isoformat()
    return bool(value < wanted if operator in {"less", "before"} else value > wanted)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return folded(value) == folded(wanted)
    return bool(value == wanted)


@evaluate_leaf.register(ClickedRule)
@evaluate_leaf.register(GotRule)
@evaluate_leaf.register(RejectedRule)
def _past(rule: MailingRule, person: Person, names: Names) -> bool:
    which = mailings_of(rule)
    if isinstance(rule, ClickedRule):
        happened = person.clicked
    else:
        outcomes = GOT if isinstance(rule, GotRule) else (Outcome.REJECTED,)
        happened = frozenset(id_ for id_, outcome in person.outcomes.items() if outcome in outcomes)
    if which == "never":
        return not happened
    if which == "latest":
        happened &= set(names.latest[: rule.mailings or 1])
    elif which != "ever":
        happened &= {which}
    return len(happened) >= (rule.at_least or 1)
