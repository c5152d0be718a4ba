"""Somebody has seen the issue in an inbox as it is now."""

from collections.abc import Iterator

from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    if not draft.tested:
        yield warning("No test message has been sent since the last edit.")


TESTED = Rule(
    "tested",
    examine,
    about="No test message was sent since the last edit.",
)
