"""Strict JSON: what the standard leaves open or forbids is refused, and told with its line and column."""

import json
import re

from newsletter.document.errors import DocumentInvalid

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_CONSTANTS = ("NaN", "Infinity", "-Infinity")


def parse(text: str) -> object:
    """The plain values that `text` holds.

    Raises DocumentInvalid for what is not JSON (RFC 8259), for NaN and Infinity, which Python would take, and
    for a field that appears twice in one object; RecursionError and ValueError as the standard library does.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        message = f"This is not valid JSON: {error.msg} at {place}."
        raise DocumentInvalid(message, {place: f"{error.msg}."}) from None
    except _Refused:
        offset, sentence = _first_refused(text)
        place = _place(text, offset)
        raise DocumentInvalid(f"{place[0].upper()}{place[1:]}: {sentence}", {place: sentence}) from None


class _Refused(Exception):
    """Something that the parser would take, and we do not."""


def _refuse_constant(name: str) -> object:
    raise _Refused(name)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _Refused
    return fields


def _first_refused(text: str) -> tuple[int, str]:
    """Where the first constant or repeated field of `text` stands, and what is wrong with it."""
    objects: list[set[str] | None] = []  # the fields of each open object so far, None for a list
    tokens = list(_TOKEN.finditer(text))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        word = token[0]
        if word in _CONSTANTS:
            return token.start(), f"{word} is not valid JSON."
        if word in "{[":
            objects.append(set() if word == "{" else None)
        elif word in "}]":
            objects.pop()
        elif word[0] == '"' and following is not None and following[0] == ":":
            fields, name = objects[-1], json.loads(word)
            if fields is None or name in fields:
                return token.start(), f"The field “{name}” appears twice in the same object."
            fields.add(name)
    raise AssertionError("the parser refused what is not there")


def _place(text: str, offset: int) -> str:
    line_start = text.rfind("\n", 0, offset) + 1
    return f"line {text.count(chr(10), 0, offset) + 1}, column {offset - line_start + 1}"
