"""No section is meant for some readers only: so far everybody gets the same message."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    for index, section in enumerate(draft.document.sections):
        limits = section.visibility
        if limits and (limits.topics or limits.segments or limits.languages):
            yield blocking(
                "This section is only for some readers, but a mailing goes to all of them alike: "
                "take its visibility out.",
                f"sections[{index}].visibility",
            )


VISIBILITY = Rule("visibility", examine)
