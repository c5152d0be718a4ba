"""Plain lines are shown as they are typed: `&amp;` in a subject is read as “&amp;”."""

import re
from collections.abc import Iterator
from html import unescape

from newsletter.document.walk import plain_words
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def examine(draft: Draft) -> Iterator[Remark]:
    for place in plain_words(draft.document):
        entity = _ENTITY.search(place.value)
        character = unescape(entity[0]) if entity else ""
        if entity and character != entity[0]:
            named = "a space" if character.isspace() else f"“{character}”"
            yield warning(f"“{entity[0]}” is shown as it is typed here: write {named}.", place.path)


ENTITIES = Rule(
    "entities",
    examine,
    about="Readers would see an HTML entity instead of a character.",
)
