"""Reading rules from JSON, with plain sentences for what is wrong and where; and their published schema."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import ErrorDetails

from newsletter.core.errors import Refused
from newsletter.core.text import is_line
from newsletter.document.errors import DocumentInvalid
from newsletter.document.json_parsing import parse
from newsletter.document.reading import sentence_of
from newsletter.segments.rules import DEEPEST, KINDS, MOST_RULES, Rule

LARGEST = 100_000  # characters of JSON
TOO_DEEP = f"The rules are nested too deeply: at most {DEEPEST} groups within each other."
TOO_MANY = f"There are too many rules: at most {MOST_RULES}."
EMPTY = "Give at least one rule here."
NO_RULE = 'A rule is an object such as {"tag": "press"}.'
_KINDS = set(KINDS)
_GROUPS = {"all", "any", "none", "not"}
_PAST = {"clicked", "got", "did_not_get", "rejected"}
_Waiting = tuple[str, object, int]  # place, value, groups around it
_adapter: TypeAdapter[Any] = TypeAdapter(Rule)


def read_json(text: str) -> Any:
    """The rules that `text` holds; raises `Refused` with every problem and its place."""
    if len(text) > LARGEST:
        raise rules_invalid({"": f"The rules are too long: at most {LARGEST:,} characters."})
    try:
        return read(parse(text.removeprefix("\ufeff")))
    except DocumentInvalid as error:
        raise rules_invalid(error.fields) from None
    except RecursionError:
        raise rules_invalid({"": TOO_DEEP}) from None
    except ValueError:  # an integer with thousands of digits
        raise rules_invalid({"": "The rules contain a number that is too large."}) from None


def read(data: object) -> Any:
    """The same of plain JSON values."""
    if not isinstance(data, Mapping):
        raise rules_invalid({"": NO_RULE})
    if broken := _broken_values(data):
        raise rules_invalid(broken)
    try:
        return _adapter.validate_json(json.dumps(data))
    except ValidationError as error:
        raise rules_invalid(_sentences(error)) from None


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, of the rules."""
    head = {"$schema": GenerateJsonSchema.schema_dialect, "$id": "urn:newsletter:segment-rules:1"}
    return head | _adapter.json_schema()


def rules_invalid(fields: dict[str, str]) -> Refused:
    """The error that says what is wrong with rules: a sentence for each place."""
    place, sentence = next(iter(fields.items()))
    more = f" And {len(fields) - 1} more." if len(fields) > 1 else ""
    return Refused("rules_invalid", f"{place}: {sentence}{more}" if place else sentence + more, fields)


def _broken_values(data: object) -> dict[str, str]:
    """What must not reach the parser of models: endless nesting, too many rules, broken characters."""
    waiting: list[_Waiting] = [("", data, 0)]
    rules = 0
    while waiting:
        place, value, depth = waiting.pop()
        rules += isinstance(value, Mapping) and not _KINDS.isdisjoint(value)
        depth += isinstance(value, Mapping) and not _GROUPS.isdisjoint(value)
        sentence = TOO_DEEP if depth > DEEPEST else TOO_MANY if rules > MOST_RULES else _broken(value)
        if sentence:
            return {place: sentence}
        if isinstance(value, Mapping):
            waiting.extend((f"{place}.{name}".lstrip("."), inner, depth) for name, inner in value.items())
        elif isinstance(value, list | tuple):
            waiting.extend((f"{place}[{index}]", inner, depth) for index, inner in enumerate(value))
    return {}


def _broken(value: object) -> str:
    """What is wrong with a value itself, whatever is in it."""
    if isinstance(value, Mapping):
        usable = all(isinstance(name, str) and is_line(name) for name in value)
        return "" if usable else "A field's name contains characters that cannot be used."
    if isinstance(value, list | tuple):
        if any(isinstance(inner, list | tuple) for inner in value):
            return NO_RULE
        return TOO_MANY if len(value) > MOST_RULES else ""
    usable = not isinstance(value, str) or is_line(value)
    return "" if usable else "This text contains characters that cannot be used."


def _sentences(error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for details in error.errors(include_url=False):
        found.setdefault(_place(details), _sentence(details))
    # A list whose only entries are wrong is called empty, too.
    return {
        place: sentence
        for place, sentence in found.items()
        if sentence != EMPTY or not any(other.startswith(f"{place}[") for other in found)
    }


def _place(details: ErrorDetails) -> str:
    """Where it is, without the tags of the unions and the types of their members."""
    place = ""
    for part in details["loc"]:
        if isinstance(part, int):
            place += f"[{part}]"
        elif (
            part.replace("_", "").isalpha() and part.islower() and part not in {"int", "float", "bool", "str"}
        ):
            place += f".{part}"
    return place.lstrip(".")


def _sentence(details: ErrorDetails) -> str:
    match details["type"]:
        case "union_tag_not_found" | "union_tag_invalid":
            return f"This is not a rule. A rule has one of: {', '.join(KINDS)}."
        case "too_short" | "string_too_short":
            return EMPTY if details["loc"][-1] in _GROUPS else "This must not be empty."
        case "literal_error" if not _PAST.isdisjoint(details["loc"]):
            return "Use ever, never or latest, or the number of a mailing."
    return sentence_of(details)
