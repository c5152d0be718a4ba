"""Somebody else has read the text as it is now, where the publication demands it."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    if not draft.approved:
        # It may be scheduled all the same: the mailing is held at its time (`sending.freeze`).
        yield warning(
            "Nobody else has approved the text as it is now. Its mailing is held until someone does."
        )


APPROVAL = Rule(
    "approval",
    examine,
    about="The publication requires an approval, and there is none.",
    always="whether one is needed is a setting of the publication",
    waivable=False,  # it is given instead
)
