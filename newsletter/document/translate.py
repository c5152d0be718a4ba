"""A document in one of its languages: which of its texts are translated, and what it says with them.

A translation belongs to the words that it was made from, not to a position: it follows its text wherever that
is moved, and two equal texts need one. Where the words have changed, it is out of date.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rapidfuzz import fuzz

from newsletter.document.document import Document
from newsletter.document.edition import Edition, Translation
from newsletter.document.fields import Model
from newsletter.document.merge import TOKEN
from newsletter.document.plain_urls import split_urls
from newsletter.document.section import Section
from newsletter.document.walk import NAME_FIELDS, PLAIN_FIELDS, RICH_FIELDS

# Fields with words of the language.
WORDED = (PLAIN_FIELDS | RICH_FIELDS) - NAME_FIELDS
_ALIKE = 60.0  # of 100: the same story with other words, not another story


class Progress(StrEnum):
    """How far a text is translated."""

    CURRENT = "current"
    OUTDATED = "outdated"  # the text was changed since
    MISSING = "missing"


@dataclass(frozen=True)
class Text:
    """A text to be translated. `path` is its place now, `at` what a translation keeps of it."""

    path: str
    at: str
    value: str
    is_listed: bool  # it is of an item, of which a section has several


@dataclass(frozen=True)
class TextInEdition:
    """A text and its translation in an edition; one that is out of date was made from other words."""

    text: Text
    progress: Progress
    translation: Translation | None = None

    @property
    def is_current(self) -> bool:
        """Whether it is translated as it stands."""
        return self.progress is Progress.CURRENT

    @property
    def shown(self) -> str:
        """What the edition says: of a text that is missing, the words of the issue."""
        return self.translation.text if self.translation else self.text.value


def find_edition(document: Document, language: str) -> Edition | None:
    """The edition of `document` in exactly this language."""
    return next((each for each in document.editions if each.language == language), None)


def texts_to_translate(document: Document) -> list[Text]:
    """Every text of words, in reading order.

    A section for readers of certain languages has none: it is written in their language.
    """
    found = [text for name in type(document).model_fields for text in _of_field(document, name)]
    return [text for text in found if _has_words(text.value)]


def texts_in(document: Document, edition: Edition) -> list[TextInEdition]:
    """Every text to be translated, and what the edition has for it."""
    texts = texts_to_translate(document)
    now = {text.value for text in texts}
    by_place = {(each.at, each.source): each for each in edition.texts}
    by_source = {each.source: each for each in reversed(edition.texts)}
    left = [each for each in edition.texts if each.source not in now]
    found = []
    for text in texts:
        current = by_place.get((text.at, text.value)) or by_source.get(text.value)
        if current is not None:
            found.append(TextInEdition(text, Progress.CURRENT, current))
            continue
        old = _outdated(text, left)
        if old is not None:
            left.remove(old)
        found.append(TextInEdition(text, Progress.OUTDATED if old else Progress.MISSING, old))
    return found


@dataclass(frozen=True)
class Translated:
    """A document that speaks another language; it has no editions itself.

    `untranslated`: its texts that are still in the issue's language.
    """

    document: Document
    untranslated: frozenset[str] = frozenset()


def in_edition(document: Document, language: str) -> Translated:
    """`document` as the edition in `language` has it; itself for a language that it has no edition in."""
    edition = find_edition(document, language)
    if edition is None:
        return Translated(document.model_copy(update={"editions": ()}) if document.editions else document)
    entries = texts_in(document, edition)
    said = {entry.text.path: entry.shown for entry in entries}
    changed = {
        name: _translated(getattr(document, name), name, said)
        for name in type(document).model_fields
        if name != "editions"
    }
    changed |= {"editions": (), "language": edition.language}
    missing = frozenset(entry.text.value for entry in entries if entry.progress is Progress.MISSING)
    return Translated(document.model_copy(update=changed), missing)


def _outdated(text: Text, left: list[Translation]) -> Translation | None:
    """The translation of what stood in the place of `text` before."""
    there = [each for each in left if each.at == text.at]
    if not text.is_listed:
        return there[0] if there else None
    scored = [(fuzz.ratio(each.source, text.value), each) for each in there]
    alike = [(score, each) for score, each in scored if score >= _ALIKE]
    return max(alike, key=lambda pair: pair[0])[1] if alike else None


def _of_field(document: Document, name: str) -> Iterator[Text]:
    value = getattr(document, name)
    if name == "editions":
        return
    if name != "sections":
        yield from _texts(value, name, name, name, is_listed=False)
        return
    for index, section in enumerate(value):
        if not _is_written_for_a_language(section):
            yield from _texts(section, f"sections[{index}]", section.id, name, is_listed=False)


def _is_written_for_a_language(section: Section) -> bool:
    return section.visibility is not None and bool(section.visibility.languages)


def _texts(value: Any, path: str, at: str, name: str, *, is_listed: bool) -> Iterator[Text]:
    """The texts in a value: it stands at `path`, in the field `name`."""
    if isinstance(value, str):
        if name in WORDED:
            yield Text(path, at, value, is_listed)
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _texts(entry, f"{path}[{index}]", at, name, is_listed=True)
    elif isinstance(value, Model):
        for inner in type(value).model_fields:
            inside = getattr(value, inner)
            yield from _texts(inside, f"{path}.{inner}", f"{at}.{inner}", inner, is_listed=is_listed)


def _translated(value: Any, path: str, said: Mapping[str, str]) -> Any:
    """`value`, which stands at `path`, with what is said there instead."""
    if isinstance(value, str):
        return said.get(path, value)
    if isinstance(value, tuple):
        return tuple(_translated(entry, f"{path}[{index}]", said) for index, entry in enumerate(value))
    if not isinstance(value, Model):
        return value
    held = {name: getattr(value, name) for name in type(value).model_fields}
    changed = {
        name: new
        for name, inner in held.items()
        if (new := _translated(inner, f"{path}.{name}", said)) is not inner
    }
    return value.model_copy(update=changed) if changed else value


def _has_words(text: str) -> bool:
    """Whether there is anything to translate: neither a number, a picture nor an address alone."""
    typed = "".join(piece for piece, url in split_urls(TOKEN.sub("", text)) if not url)
    return any(character.isalpha() for character in typed)
