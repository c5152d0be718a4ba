"""Variants: the different issues that section visibility makes out of one document.

Readers who see the same sections share a variant, however different they are otherwise; so there are never
more variants than needed, and each is rendered and inlined once. In a mailing a variant has a number, in
which each condition of the document has its bit (see `conditions_of`): set for readers who meet it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from newsletter.document.document import Document
from newsletter.document.section import Section
from newsletter.document.visibility import Visibility

MOST_CONDITIONS = 16  # a number has so many bits


@dataclass(frozen=True)
class Reader:
    """What visibility asks about a reader: keys of topics and segments, and a BCP 47 language tag."""

    topics: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    language: str = ""


@dataclass(frozen=True)
class Variant:
    """The ids of the sections that are seen, in order; None stands for all of them."""

    sections: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """A short name for this variant, the same each time and unique within its document."""
        if self.sections is None:
            return "all"
        return sha256("+".join(self.sections).encode()).hexdigest()[:16]


EVERYTHING = Variant()


def variant_for(document: Document, reader: Reader) -> Variant:
    """The variant that `reader` gets; EVERYTHING when no section is kept from them."""
    seen = tuple(section.id for section in document.sections if is_visible(section.visibility, reader))
    return EVERYTHING if len(seen) == len(document.sections) else Variant(seen)


def conditions_of(document: Document) -> tuple[Visibility, ...]:
    """What sections ask of their readers, each once, in the order of the document."""
    asked = (section.visibility for section in document.sections)
    return tuple(dict.fromkeys(each for each in asked if each is not None and each != Visibility()))


def number_for(document: Document, reader: Reader) -> int:
    """The number of the variant that `reader` gets; 0 where the document has no conditions."""
    met = (is_visible(condition, reader) for condition in conditions_of(document))
    return sum(1 << place for place, seen in enumerate(met) if seen)


def stranger_number(document: Document, publication_language: str) -> int:
    """The number of what the archive shows: a reader of whom nothing but the issue's language is known."""
    return number_for(document, Reader(language=document.language or publication_language))


def numbered_variant(document: Document, number: int) -> Variant:
    """The variant of this number."""
    conditions = conditions_of(document)
    met = {condition for place, condition in enumerate(conditions) if number >> place & 1}
    unmet = set(conditions) - met
    seen = tuple(section.id for section in document.sections if section.visibility not in unmet)
    return EVERYTHING if len(seen) == len(document.sections) else Variant(seen)


def variants_of(document: Document, readers: Iterable[Reader]) -> dict[Variant, list[Reader]]:
    """`readers` by the variant they get, variants in the order of their first reader."""
    groups: dict[Variant, list[Reader]] = {}
    for reader in readers:
        groups.setdefault(variant_for(document, reader), []).append(reader)
    return groups


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
        _covers(language, reader.language) for language in visibility.languages
    )
    return (
        speaks
        and (not visibility.topics or not reader.topics.isdisjoint(visibility.topics))
        and (not visibility.segments or not reader.segments.isdisjoint(visibility.segments))
    )


def _covers(wanted: str, spoken: str) -> bool:
    wanted, spoken = wanted.lower(), spoken.lower().replace("_", "-")
    return spoken == wanted or spoken.startswith(f"{wanted}-")
