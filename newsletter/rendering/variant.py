"""Variants: the different issues that section visibility and editions make out of one document.

Readers who see the same sections in the same language share a variant, however different they are otherwise;
so there are never more variants than needed, and each is rendered and inlined once. In a mailing a variant
has a number, in which each condition of the document has its bit (see `conditions_of`): set for readers who
meet it. Above those bits stands the place of its edition: 0 for the issue's own language, 1 for the first.
"""

from dataclasses import dataclass
from hashlib import sha256

from newsletter.core.language_tag import best_of, covers
from newsletter.document.document import Document
from newsletter.document.section import Section
from newsletter.document.visibility import Visibility

MOST_CONDITIONS = 16  # a number has so many bits below its edition


@dataclass(frozen=True)
class Reader:
    """What is asked about a reader: keys of topics and segments, and a BCP 47 language tag."""

    topics: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    language: str = ""


@dataclass(frozen=True)
class Variant:
    """The ids of the sections that are seen, in order; None stands for all of them.

    `edition` is the language of the edition; empty for the issue's own language.
    """

    sections: tuple[str, ...] | None = None
    edition: str = ""

    @property
    def key(self) -> str:
        """A short name for this variant, the same each time and unique within its document."""
        seen = "all" if self.sections is None else sha256("+".join(self.sections).encode()).hexdigest()[:16]
        return f"{seen}-{self.edition}" if self.edition else seen


EVERYTHING = Variant()


def languages_of(document: Document, publication_language: str) -> list[str]:
    """The languages that the issue is in: its own, then those of its editions."""
    own = document.language or publication_language
    return [own, *(edition.language for edition in document.editions)]


def edition_place(document: Document, language: str, publication_language: str) -> int:
    """The place of the edition for readers of `language`: 0 is the issue's own, 1 its first edition.

    The best one for the reader; else the best one for the publication's language; else the issue's own.
    """
    offered = languages_of(document, publication_language)
    wanted = best_of(offered, language)
    return (wanted if wanted is not None else best_of(offered, publication_language)) or 0


def variant_for(document: Document, reader: Reader, publication_language: str = "") -> Variant:
    """The variant that `reader` gets; EVERYTHING when they see all sections in the issue's language."""
    seen = tuple(section.id for section in document.sections if is_visible(section.visibility, reader))
    edition = edition_at(document, edition_place(document, reader.language, publication_language))
    if len(seen) < len(document.sections):
        return Variant(seen, edition)
    return Variant(edition=edition) if edition else EVERYTHING


def edition_at(document: Document, place: int) -> str:
    """The language of the edition at `place`; empty for the issue's own, and where there is none."""
    return document.editions[place - 1].language if 0 < place <= len(document.editions) else ""


def conditions_of(document: Document) -> tuple[Visibility, ...]:
    """What sections ask of their readers, each once, in the order of the document."""
    asked = (section.visibility for section in document.sections)
    return tuple(dict.fromkeys(each for each in asked if each is not None and each != Visibility()))


def stranger_number(document: Document, publication_language: str, place: int = 0) -> int:
    """The number of what the archive shows of the edition at `place`: to a reader of whom only that is known.

    A stranger is known by the language of the page alone.
    """
    language = languages_of(document, publication_language)[place]
    met = (is_visible(condition, Reader(language=language)) for condition in conditions_of(document))
    return sum(1 << bit for bit, seen in enumerate(met) if seen) | place << MOST_CONDITIONS


def stranger_variant(document: Document, publication_language: str, edition: str = "") -> Variant:
    """The same as a variant: what the archive shows in the language of `edition`, or in the issue's own."""
    offered = [each.language for each in document.editions]
    place = offered.index(edition) + 1 if edition in offered else 0
    return numbered_variant(document, stranger_number(document, publication_language, place))


def numbered_variant(document: Document, number: int) -> Variant:
    """The variant of this number."""
    conditions = conditions_of(document)
    met = {condition for place, condition in enumerate(conditions) if number >> place & 1}
    unmet = set(conditions) - met
    seen = tuple(section.id for section in document.sections if section.visibility not in unmet)
    edition = edition_at(document, number >> MOST_CONDITIONS)
    if len(seen) < len(document.sections):
        return Variant(seen, edition)
    return Variant(edition=edition) if edition else EVERYTHING


def sections_of(document: Document, variant: Variant) -> tuple[Section, ...]:
    """The sections of `document` that stand in `variant`, in the document's order."""
    if variant.sections is None:
        return document.sections
    return tuple(section for section in document.sections if section.id in variant.sections)


def is_visible(visibility: Visibility | None, reader: Reader) -> bool:
    """Each kind that names anything must match; `de` names `de-AT` too, not the other way round."""
    if visibility is None:
        return True
    speaks = not visibility.languages or any(
        covers(language, reader.language) for language in visibility.languages
    )
    return (
        speaks
        and (not visibility.topics or not reader.topics.isdisjoint(visibility.topics))
        and (not visibility.segments or not reader.segments.isdisjoint(visibility.segments))
    )
