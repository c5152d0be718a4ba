"""The skeleton of an issue: what stays the same from week to week."""

from typing import Any

from newsletter.document import Document
from newsletter.document.blocks import AnySection
from newsletter.document.blocks.about import AboutSection
from newsletter.document.blocks.snippet import SnippetSection
from newsletter.document.edition import Edition
from newsletter.document.translate import Progress, texts_in

# What a section is, beside what was written for one week.
_KEPT = {"type", "id", "title", "intro", "visibility", "limit", "length", "cut_at"}


def skeleton(document: Document) -> dict[str, Any]:
    """The fields of `document` that stay: its languages, and its sections without what stood in them.

    Sections keep their titles, intros and settings, editions the translations of what is left. Standing
    sections (“What is …?”) and snippets are kept whole: they are written once.
    """
    sections = tuple(_emptied(section) for section in document.sections)
    left = document.model_copy(update={"sections": sections, "subject": "", "preheader": "", "summary": ""})
    editions = tuple(_of_what_is_left(left, edition) for edition in document.editions)
    return {"sections": sections, "editions": editions, "language": document.language}


def _of_what_is_left(left: Document, edition: Edition) -> Edition:
    known = [entry.translation for entry in texts_in(left, edition) if entry.progress is Progress.CURRENT]
    texts = tuple(dict.fromkeys(each for each in known if each is not None and each.at != "title"))
    return edition.model_copy(update={"texts": texts})


def _emptied(section: AnySection) -> AnySection:
    if isinstance(section, AboutSection | SnippetSection):
        return section
    kept = {name: getattr(section, name) for name in type(section).model_fields if name in _KEPT}
    return type(section)(**kept)
