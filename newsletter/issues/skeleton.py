"""The skeleton of an issue: what stays the same from week to week."""

from newsletter.document import Document
from newsletter.document.blocks import AnySection
from newsletter.document.blocks.about import AboutSection
from newsletter.document.blocks.snippet import SnippetSection

# What a section is, beside what was written for one week.
_KEPT = {"type", "id", "title", "intro", "visibility", "limit", "length", "cut_at"}


def skeleton(document: Document) -> tuple[AnySection, ...]:
    """The sections of `document` with their titles, intros and settings, but without what stood in them.

    Standing sections (“What is …?”) and snippets are kept whole: they are written once.
    """
    return tuple(_emptied(section) for section in document.sections)


def _emptied(section: AnySection) -> AnySection:
    if isinstance(section, AboutSection | SnippetSection):
        return section
    kept = {name: getattr(section, name) for name in type(section).model_fields if name in _KEPT}
    return type(section)(**kept)
