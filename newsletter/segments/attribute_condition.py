"""A rule about an attribute in SQL. Of texts, A to Z and a to z are the same, on both databases."""

from typing import Any

from sqlalchemy import ColumnElement, Float, String, and_, case, cast, false, func, literal, not_

from newsletter.segments.days import day_of
from newsletter.segments.names import Names
from newsletter.segments.rules import AttributeRule
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.models import Subscriber

_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def folded(text: str) -> str:
    """`text` with small letters from a to z; other letters stay as they are."""
    return text.translate(_LOWER)


def lower(text: Any, dialect: str) -> ColumnElement[str]:
    """The same in SQL: SQLite's `lower` knows a to z only, and PostgreSQL's does in the collation C."""
    return func.lower(text.collate("C") if dialect == "postgresql" else text)


def attribute_condition(rule: AttributeRule, names: Names) -> ColumnElement[bool]:
    """Whether the subscriber's value is met by the rule; never NULL."""
    ((operator, value),) = rule.comparisons().items()
    if operator == "is_not":
        return not_(_met("is", value, rule.attribute, names))
    if operator == "known":
        known = _text(rule.attribute, names).is_not(None)
        return known if value else not_(known)
    return _met(operator, value, rule.attribute, names)


def _met(operator: str, value: Any, key: str, names: Names) -> ColumnElement[bool]:
    type_ = names.attributes[key].type
    if type_ is AttributeType.BOOLEAN:
        word = ("true" if value else "false") if names.dialect == "postgresql" else int(value)
        return func.coalesce(_text(key, names) == word, false())
    if type_ is AttributeType.NUMBER:
        return _number_met(operator, value, key, names)
    return func.coalesce(_text_met(operator, value, key, names), false())


def _number_met(operator: str, value: float, key: str, names: Names) -> ColumnElement[bool]:
    number = _number(key, names)
    asked = literal(float(value), Float(53))
    compared = {"is": number == asked, "greater": number > asked, "less": number < asked}[operator]
    return func.coalesce(compared, false())


def _text_met(operator: str, value: Any, key: str, names: Names) -> ColumnElement[bool]:
    text = _text(key, names)
    if operator in {"before", "after"}:
        day = day_of(value, names.now, names.zone).isoformat()
        dates = text.collate("C") if names.dialect == "postgresql" else text
        return dates < day if operator == "before" else dates > day
    kept, wanted = lower(text, names.dialect), folded(value)
    if operator == "is":
        return kept == wanted
    if operator == "starts_with":
        return func.substr(kept, 1, len(wanted)) == wanted
    find = func.strpos if names.dialect == "postgresql" else func.instr
    return find(kept, wanted) > 0


def _text(key: str, names: Names) -> ColumnElement[Any]:
    """The value without its type; NULL where there is none."""
    if names.dialect == "postgresql":
        return Subscriber.attributes.op("->>", return_type=String())(literal(key, String()))
    return func.json_extract(Subscriber.attributes, f"$.{key}", type_=String())


def _number(key: str, names: Names) -> ColumnElement[Any]:
    """The value; NULL where it is none, or no number."""
    if names.dialect != "postgresql":
        return func.json_extract(Subscriber.attributes, f"$.{key}", type_=Float())
    type_ = func.jsonb_typeof(Subscriber.attributes.op("->")(literal(key, String())))
    return case((and_(type_ == "number"), cast(_text(key, names), Float(53))))
