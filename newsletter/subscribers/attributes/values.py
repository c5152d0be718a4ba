"""The values of attributes: read from what people type or files hold, and written for people."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from newsletter.core.errors import Refused
from newsletter.core.text import one_line
from newsletter.subscribers.attributes.models import Attribute, AttributeType

LONGEST_TEXT = 500
Value = str | float | int | bool
_TRUE = {"true", "yes", "y", "1", "on", "x"}
_FALSE = {"false", "no", "n", "0", "off"}
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")


def read_value(attribute: Attribute, text: str) -> Value | None:
    """What `text` says, None where it is empty. Raises `Refused` naming the attribute's key as its field.

    Dates are ISO 8601 (`2026-12-01`, the time of a timestamp is left out), numbers have a decimal point.
    """
    text = one_line(text)
    if not text:
        return None
    value, wanted = _read(attribute.type, attribute.choices, text)
    if value is None:
        sentence = f"{attribute.label}: {wanted}"
        raise Refused("bad_value", sentence, {attribute.key: sentence})
    return value


def read_json_value(attribute: Attribute, value: Any) -> Value | None:
    """The same of a JSON value, in which numbers and booleans may stand as themselves."""
    if value is None or isinstance(value, str):
        return read_value(attribute, value or "")
    if isinstance(value, bool):
        return read_value(attribute, "true" if value else "false")
    if isinstance(value, int | float):
        return read_value(attribute, str(value))
    sentence = f"{attribute.label}: enter one value."
    raise Refused("bad_value", sentence, {attribute.key: sentence})


def value_text(value: Value | None) -> str:
    """The value as it is written in files and forms; `read_value` understands it."""
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _read(type_: AttributeType, choices: Sequence[str], text: str) -> tuple[Value | None, str]:
    """The value, or None and what is asked for."""
    match type_:
        case AttributeType.TEXT:
            return (text if len(text) <= LONGEST_TEXT else None), f"use at most {LONGEST_TEXT} characters."
        case AttributeType.NUMBER:
            return _number(text), "enter a number such as 12 or 12.5."
        case AttributeType.DATE:
            return _date(text), "enter a date such as 2026-12-01."
        case AttributeType.BOOLEAN:
            word = text.lower()
            return (word in _TRUE if word in _TRUE | _FALSE else None), "enter yes or no."
        case AttributeType.CHOICE:
            chosen = next((choice for choice in choices if choice.lower() == text.lower()), None)
            return chosen, f"choose one of {', '.join(choices)}."


def _number(text: str) -> Value | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() else number


def _date(text: str) -> Value | None:
    try:
        return date.fromisoformat(re.split(r"[T ]", text, maxsplit=1)[0]).isoformat()
    except ValueError:
        return None
