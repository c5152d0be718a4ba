"""Reading a document from JSON, and telling in plain sentences what is wrong with it, and where."""

import json
import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from newsletter.document.document import Document
from newsletter.document.errors import DocumentInvalid
from newsletter.document.fields import STORED
from newsletter.document.json_parsing import parse

LARGEST = 2_000_000  # bytes; the largest document within all limits that an editor could still work with
DEEPEST = 12

_SENTENCES = {
    "missing": "This field is missing.",
    "extra_forbidden": "There is no field of this name here.",
    "string_type": "Write text here, in quotation marks.",
    "string_unicode": "This text contains a broken character.",
    "string_too_long": "This is too long: at most {max_length} characters.",
    "too_long": "There are too many entries: at most {max_length}.",
    "tuple_type": "Write a list here.",
    "model_type": "Write an object here.",
    "dict_type": "Write an object here.",
    "bool_type": "Write true or false here.",
    "int_type": "Enter a whole number.",
    "int_from_float": "Enter a whole number.",
    "greater_than_equal": "This is too small: at least {ge}.",
    "less_than_equal": "This is too large: at most {le}.",
    "date_type": "Enter a date like 2026-05-14.",
    "date_parsing": "Enter a date like 2026-05-14.",
    "date_from_datetime_parsing": "Enter a date like 2026-05-14.",
    "date_from_datetime_inexact": "Enter a date like 2026-05-14, without a time.",
    "literal_error": "Use {expected}.",
    "enum": "Use {expected}.",
    "union_tag_not_found": 'Give the type of this section, such as "type": "text".',
    "union_tag_invalid": "There is no section type “{tag}”. Known: {expected_tags}.",
    "string_pattern_mismatch": "This is not in the right format: {hint}.",
}
_HINTS = {
    "id": "lower-case letters, digits and dashes, at most 40",
    "language": "a language code such as en or pt-BR",
    "languages": "a language code such as en or pt-BR",
    "tag": "a key of lower-case letters, digits, - and _",
    "topic": "a key of lower-case letters, digits, - and _",
    "segment": "a key of lower-case letters, digits, - and _",
    "attribute": "a key of lower-case letters, digits and _",
    "topics": "a key of lower-case letters, digits, - and _",
    "segments": "a key of lower-case letters, digits, - and _",
}


def read_json(text: str, *, stored: bool = False) -> Document:
    """The document that `text` holds; raises DocumentInvalid with every problem and its place.

    `stored` is for what was accepted before: it is not judged by rules that came later.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise DocumentInvalid(f"The document is too large: at most {LARGEST // 1_000_000} MB.")
    return read(_parse(text.removeprefix("\ufeff")), stored=stored)


def read(data: object, *, stored: bool = False) -> Document:
    """The document made of plain JSON values (dicts, lists, strings, numbers); raises DocumentInvalid."""
    if not isinstance(data, Mapping):
        raise DocumentInvalid("A document is an object with a title and sections.")
    broken = dict(_broken_values(data))
    if broken:
        raise DocumentInvalid(_summary(broken), broken)
    try:
        return Document.model_validate_json(json.dumps(data), context=STORED if stored else None)
    except ValidationError as error:
        fields = sentences(error)
        raise DocumentInvalid(_summary(fields), fields) from None


def sentences(error: ValidationError) -> dict[str, str]:
    """What Pydantic found, as places in the document and sentences for people."""
    found: dict[str, str] = {}
    for details in error.errors(include_url=False):
        found.setdefault(_path(details), sentence_of(details))
    return found


def _parse(text: str) -> object:
    try:
        return parse(text)
    except RecursionError:
        raise DocumentInvalid(f"The document is nested too deeply: at most {DEEPEST} levels.") from None
    except ValueError:  # an integer with thousands of digits
        raise DocumentInvalid("The document contains a number that is too large.") from None


def _broken_values(data: object) -> Iterator[tuple[str, str]]:
    """What JSON texts cannot carry safely: half characters, infinities, and nesting without end."""
    waiting: list[tuple[str, object, int]] = [("", data, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > DEEPEST:
            yield path, f"The document is nested too deeply: at most {DEEPEST} levels."
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if _has_surrogate(str(key)):
                    yield path, "A field's name contains a broken character."
                else:
                    waiting.append((f"{path}.{key}".lstrip("."), inner, depth + 1))
        elif isinstance(value, list | tuple):
            waiting.extend((f"{path}[{index}]", inner, depth + 1) for index, inner in enumerate(value))
        elif isinstance(value, str) and _has_surrogate(value):
            yield path, _SENTENCES["string_unicode"]
        elif isinstance(value, float) and not isfinite(value):
            yield path, "This number is too large."
        elif not isinstance(value, str | int | float | None):
            yield path, "This is not a JSON value."


def _has_surrogate(text: str) -> bool:
    return re.search("[\ud800-\udfff]", text) is not None


def _path(details: ErrorDetails) -> str:
    parts = list(details["loc"])
    if len(parts) > 2 and parts[0] == "sections":
        del parts[2]  # the tag of the union, which is not a place in the document
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return path + str(details.get("ctx", {}).get("at", ""))


def sentence_of(details: ErrorDetails) -> str:
    """One problem that Pydantic found, as a sentence."""
    context: dict[str, Any] = dict(details.get("ctx", {}))
    if "sentence" in context:
        return str(context["sentence"])
    names = [part for part in details["loc"] if isinstance(part, str)]
    context["hint"] = _HINTS.get(names[-1] if names else "", "see the description of the format")
    context["expected"] = str(context.get("expected", "")).replace("'", "")
    context["expected_tags"] = str(context.get("expected_tags", "")).replace("'", "")
    template = _SENTENCES.get(details["type"])
    return template.format_map(context) if template else details["msg"].rstrip(".") + "."


def _summary(fields: Mapping[str, str]) -> str:
    place, sentence = next(iter(fields.items()))
    more = f" And {len(fields) - 1} more." if len(fields) > 1 else ""
    return f"{place}: {sentence}{more}" if place else sentence + more
