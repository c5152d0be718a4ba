"""No section is meant for some readers only: so far everybody gets the same message."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    for index, section in enumerate(draft.document.sections):
        limits = section.visibility
        if limits and (limits.topics or limits.segments or limits.languages):
            yield blocking(
                "This section is for some readers only, but every reader gets the same email: show "
                "the section to everyone.",
                f"sections[{index}].visibility",
            )


VISIBILITY = Rule(
    "visibility",
    examine,
    about="A section is for some readers only, but all get the same email.",
    always="readers would see what is not for them",
)
