"""A reader whom an editor invents, to see how merge fields and variants come out: no subscriber is needed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter, ValidationError

from newsletter.core.errors import Refused
from newsletter.core.text import one_line
from newsletter.document import Document
from newsletter.document.fields import Language
from newsletter.rendering.variant import EVERYTHING, Reader, Variant, variant_for
from newsletter.subscribers.names import checked_name

LONGEST_VALUE = 500  # characters of an attribute
MOST_ATTRIBUTES = 50
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE = TypeAdapter(Language)


@dataclass(frozen=True)
class InventedReader:
    """Name, attributes by their keys, and a BCP 47 language tag; nobody in particular where all are empty."""

    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    language: str = ""

    @property
    def is_nobody(self) -> bool:
        """Whether nothing is known of them."""
        return not (self.name or self.attributes or self.language)

    def variant_of(self, document: Document, publication_language: str) -> Variant:
        """The edition and the sections that they see; all of them where no language was given."""
        if not self.language:
            return EVERYTHING
        return variant_for(document, Reader(language=self.language), publication_language)


def invented_reader(name: str, language: str, attributes: Mapping[str, str]) -> InventedReader:
    """The reader of whom this is typed; empty values count as none, control characters are left out.

    Raises `Refused` for what no reader can have.
    """
    typed = {key: one_line(value) for key, value in attributes.items()}
    return InventedReader(
        checked_name(name),
        _checked({key: value for key, value in typed.items() if value}),
        _tag(language.strip()),
    )


def _checked(attributes: dict[str, str]) -> dict[str, str]:
    if len(attributes) > MOST_ATTRIBUTES:
        raise Refused("many_attributes", f"Use at most {MOST_ATTRIBUTES} attributes.")
    for key, value in attributes.items():
        if not _KEY.fullmatch(key):
            raise Refused("no_attribute", f"There can be no attribute called “{one_line(key)[:40]}”.")
        if len(value) > LONGEST_VALUE:
            sentence = f"An attribute has at most {LONGEST_VALUE} characters here."
            raise Refused("long_attribute", sentence, {f"attributes.{key}": sentence})
    return attributes


def _tag(language: str) -> str:
    try:
        return _LANGUAGE.validate_python(language) if language else ""
    except ValidationError as error:
        sentence = f"“{one_line(language)[:40]}” is not a language. Enter a code such as de or pt-BR."
        raise Refused("no_language", sentence, {"language": sentence}) from error
