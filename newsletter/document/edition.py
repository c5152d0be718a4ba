"""An edition: the texts of an issue in a further language. All else in it is as in the issue."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from newsletter.document.fields import AnyText, Language, Model

MOST_EDITIONS = 12
MOST_TRANSLATIONS = 3_000

At = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,120}$")]
Original = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Translated = Annotated[AnyText, StringConstraints(min_length=1)]


class Translation(Model):
    """What stands in an edition instead of a text of the issue."""

    at: At
    """Where the text is: a field, or a section's id and its field, such as digest.items.headline."""
    source: Original
    """The text that was translated, word for word; once that says something else, this is out of date."""
    text: Translated
    """The translation; merge fields and Markdown as in the text."""


class Edition(Model):
    """The texts of the issue in one language."""

    language: Language
    """BCP 47 tag of the language."""
    texts: Annotated[tuple[Translation, ...], Field(max_length=MOST_TRANSLATIONS)] = ()
    """The translations, in reading order."""

    @field_validator("texts")
    @classmethod
    def _each_once(cls, texts: tuple[Translation, ...]) -> tuple[Translation, ...]:
        known: set[tuple[str, str]] = set()
        for index, each in enumerate(texts):
            if (each.at, each.source) in known:
                sentence = "This text is translated twice."
                context = {"sentence": sentence, "at": f"[{index}].source"}
                raise PydanticCustomError("refused", "{sentence}", context)
            known.add((each.at, each.source))
        return texts
