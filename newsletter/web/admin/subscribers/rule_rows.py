"""Rules as rows of a form: what each is about, how it compares, and with what; and back into rules.

A row is made from a rule, or from what was typed. It becomes a rule as plain JSON values again, which may
still be wrong: `segments.read` says so.
"""

from dataclasses import dataclass
from typing import Any

from newsletter.segments.rules import (
    AttributeRule,
    ClickedRule,
    ConfirmedRule,
    DidNotGetRule,
    GotRule,
    RejectedRule,
    SignedUpRule,
    dump,
    mailings_of,
)

ATTRIBUTE = "attribute:"
PAST = {"clicked": ClickedRule, "got": GotRule, "rejected": RejectedRule, "did_not_get": DidNotGetRule}
PERIODS = ("signed_up", "confirmed")
_DAYS = {"before_ago": "days_ago", "after_ago": "days_ago", "before_in": "in_days", "after_in": "in_days"}


@dataclass
class Row:
    """A rule that is no group. `about`: its kind, or `attribute:` and a key; `least` is for past mailings."""

    about: str
    how: str = ""
    value: str = ""
    least: str = ""


def row_of(rule: Any, negated: bool = False) -> Row | None:
    """The row that shows a rule, or its negation; None where no row can."""
    if isinstance(rule, AttributeRule):
        return _attribute_row(rule, negated)
    if isinstance(rule, SignedUpRule | ConfirmedRule):
        about = "signed_up" if isinstance(rule, SignedUpRule) else "confirmed"
        period = dump(rule)[about]
        return None if negated or len(period) > 1 else Row(about, *_day_row(*next(iter(period.items()))))
    if isinstance(rule, ClickedRule | GotRule | RejectedRule | DidNotGetRule):
        return None if negated else _past_row(rule)
    ((about, value),) = dump(rule).items()
    return Row(about, "is_not" if negated else "is", str(value))


def plain_rule(row: Row) -> dict[str, Any]:
    """The rule that a row says, as plain JSON values."""
    value = row.value.strip()
    if row.about.startswith(ATTRIBUTE):
        return {"attribute": row.about.removeprefix(ATTRIBUTE), **_comparison(row.how, value)}
    if row.about in PERIODS:
        return {row.about: _comparison(row.how, value)}
    if row.about in PAST:
        return _past_rule(row, value)
    rule = {row.about: value}
    return {"not": rule} if row.how == "is_not" else rule


def typed_rule(row: Row, type_: str) -> dict[str, Any]:
    """The same of an attribute of this type: numbers and yes or no are no texts in JSON."""
    rule = plain_rule(row)
    for name in ("is", "is_not", "greater", "less"):
        if name in rule and type_ == "number":
            rule[name] = _number(rule[name])
        elif name in rule and type_ == "boolean":
            rule[name] = rule[name] == "yes"
    return rule


def _attribute_row(rule: AttributeRule, negated: bool) -> Row | None:
    ((how, value),) = rule.comparisons().items()
    about = f"{ATTRIBUTE}{rule.attribute}"
    if how == "known":
        return Row(about, "known" if bool(value) != negated else "unknown")
    if negated and how in {"is", "is_not"}:
        how, negated = ("is_not" if how == "is" else "is"), False
    if negated:
        return None
    if how in {"before", "after"}:
        return Row(about, *_day_row(how, dump(rule)[how]))
    shown = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return Row(about, how, shown)


def _day_row(how: str, day: Any) -> tuple[str, str]:
    if isinstance(day, str):
        return how, day
    ((unit, days),) = day.items()
    return f"{how}_{'ago' if unit == 'days_ago' else 'in'}", str(days)


def _past_row(rule: Any) -> Row:
    about = next(word for word, kind in PAST.items() if isinstance(rule, kind))
    which = rule.did_not_get if about == "did_not_get" else mailings_of(rule)
    least = str(getattr(rule, "at_least", None) or 1)
    if isinstance(which, int):
        return Row(about, "mailing", str(which))
    return Row(about, which, str(rule.mailings or 1) if which == "latest" else "", least)


def _comparison(how: str, value: str) -> dict[str, Any]:
    if how in {"known", "unknown"}:
        return {"known": how == "known"}
    if how in _DAYS:
        return {how.partition("_")[0]: {_DAYS[how]: _number(value)}}
    return {how: value}


def _past_rule(row: Row, value: str) -> dict[str, Any]:
    if row.how == "mailing":
        return {row.about: _number(value)}
    rule: dict[str, Any] = {row.about: row.how}
    if row.how == "latest":
        rule["mailings"] = _number(value or "1")
    if row.how in {"latest", "ever"} and row.about != "did_not_get":
        rule["at_least"] = _number(row.least or "1")
    return rule


def _number(text: str) -> int | float | str:
    """A number as JSON has it; what is none stays a text, to be refused."""
    try:
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    except (ValueError, OverflowError):
        return text
