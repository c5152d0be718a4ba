"""Variants: the different issues that section visibility makes out of one document.

Readers who see the same sections share a variant, however different they are otherwise; so there are never
more variants than needed, and each is rendered and inlined once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from newsletter.document.document import Document
from newsletter.document.section import Section
from newsletter.document.visibility import Visibility


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
