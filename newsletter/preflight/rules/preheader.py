"""The line after the subject says something that the subject does not."""

from collections.abc import Iterator

from newsletter.document.merge import with_defaults
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning


def examine(draft: Draft) -> Iterator[Remark]:
    preheader = _said(draft.document.preheader)
    if not preheader:
        yield warning(
            "There is no preheader: email programs will show the first words of the email instead.",
            "preheader",
        )
    elif preheader == _said(draft.document.subject):
        yield warning("The preheader repeats the subject.", "preheader")


def _said(text: str) -> str:
    return " ".join(with_defaults(text).split()).casefold()


PREHEADER = Rule(
    "preheader",
    examine,
    about="The preheader is missing or repeats the subject.",
)
