"""Somebody gets the issue: a publication without active subscribers has nobody to send it to."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, blocking


def examine(draft: Draft) -> Iterator[Remark]:
    if not draft.has_readers:
        yield blocking("Nobody would get this issue: the publication has no active subscribers.")


AUDIENCE = Rule(
    "audience",
    examine,
    about="The publication has no active subscribers.",
    always="there is nobody to send it to",
)
