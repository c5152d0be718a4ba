"""The issue says something, and so does each of its sections."""

from collections.abc import Iterator

from newsletter.document.section import Section
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking, warning

_FRAME = {"type", "id", "title", "visibility"}


def examine(draft: Draft) -> Iterator[Remark]:
    sections = draft.document.sections
    speaking = [section for section in sections if section.type != "divider"]
    if all(_is_empty(section) for section in speaking):
        yield blocking("The issue is empty: add something to a section.", "sections")
        return
    for index, section in enumerate(sections):
        if section.type != "divider" and _is_empty(section):
            named = f"The section “{section.title}”" if section.title else f"This {section.type} section"
            yield warning(f"{named} is empty.", f"sections[{index}]")


def _is_empty(section: Section) -> bool:
    return not section.model_dump(exclude=_FRAME, exclude_defaults=True)


EMPTY = Rule("empty", examine)
