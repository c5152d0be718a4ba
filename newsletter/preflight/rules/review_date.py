"""Standing sections were looked at in time."""

from collections.abc import Iterator

from newsletter.document.blocks.about import AboutSection
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    for index, section in enumerate(draft.document.sections):
        if not isinstance(section, AboutSection) or section.review_by is None:
            continue
        if section.review_by < draft.today:
            who = f" by {section.owner}" if section.owner else ""
            yield warning(
                f"“{section.title or 'This section'}” was due for review{who} on {section.review_by}.",
                f"sections[{index}].review_by",
            )


REVIEW_DATE = Rule(
    "review_date",
    examine,
    about="A standing section is past its review date.",
)
