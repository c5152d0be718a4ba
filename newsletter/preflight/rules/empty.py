"""The issue says something, and so does each of its sections."""

from collections.abc import Iterator

from newsletter.document.section import is_empty
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking, warning


def examine(draft: Draft) -> Iterator[Remark]:
    sections = draft.document.sections
    speaking = [section for section in sections if section.type != "divider"]
    if all(is_empty(section) for section in speaking):
        yield blocking("The issue is empty: add something to a section.", "sections")
        return
    for index, section in enumerate(sections):
        if is_empty(section):
            named = f"The section “{section.title}”" if section.title else f"This {section.type} section"
            yield warning(f"{named} is empty.", f"sections[{index}]")


EMPTY = Rule(
    "empty",
    examine,
    about="The issue or one of its sections is empty.",
    always="an empty issue must not go out",
)
