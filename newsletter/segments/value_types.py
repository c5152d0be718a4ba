"""Which comparisons and values fit the type of an attribute."""

from typing import Any

from newsletter.core.errors import Refused
from newsletter.segments.rules import AttributeRule
from newsletter.subscribers.attributes.models import Attribute, AttributeType
from newsletter.subscribers.attributes.values import read_json_value

_ALWAYS = ("is", "is_not", "known")
COMPARISONS: dict[AttributeType, tuple[str, ...]] = {
    AttributeType.TEXT: ("is", "is_not", "contains", "starts_with", "known"),
    AttributeType.NUMBER: ("is", "is_not", "greater", "less", "known"),
    AttributeType.DATE: ("is", "is_not", "before", "after", "known"),
    AttributeType.BOOLEAN: _ALWAYS,
    AttributeType.CHOICE: _ALWAYS,
}
_VALUES: dict[AttributeType, tuple[type, ...]] = {
    AttributeType.TEXT: (str,),
    AttributeType.NUMBER: (int, float),
    AttributeType.DATE: (str,),
    AttributeType.BOOLEAN: (bool,),
    AttributeType.CHOICE: (str,),
}


def value_problem(attribute: Attribute, rule: AttributeRule) -> str:
    """Why the rule cannot be asked of this attribute; empty when it can."""
    ((operator, value),) = rule.comparisons().items()
    fitting = COMPARISONS[attribute.type]
    if operator not in fitting:
        return f"“{attribute.key}” is a {attribute.type}: compare it by {', '.join(fitting)}."
    if operator not in {"is", "is_not"}:
        return ""
    of_type = isinstance(value, _VALUES[attribute.type])
    if not of_type or (isinstance(value, bool) and attribute.type is not AttributeType.BOOLEAN):
        return f"“{attribute.key}” is a {attribute.type}: {_EXAMPLES[attribute.type]}."
    return _refusal(attribute, value)


_EXAMPLES: dict[AttributeType, str] = {
    AttributeType.TEXT: "enter text in quotation marks",
    AttributeType.NUMBER: "enter a number, without quotation marks",
    AttributeType.DATE: 'enter a date such as "2026-12-01"',
    AttributeType.BOOLEAN: "enter true or false",
    AttributeType.CHOICE: "enter one of its choices in quotation marks",
}


def _refusal(attribute: Attribute, value: Any) -> str:
    try:
        kept = read_json_value(attribute, value)
    except Refused as error:
        return error.message
    return "" if kept == value else f"{attribute.label}: write it as “{kept}”."
