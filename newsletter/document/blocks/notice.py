"""A few key statements at the top."""

from typing import Annotated, Literal

from pydantic import Field

from newsletter.document.fields import Statement
from newsletter.document.section import Block, Section


class NoticeSection(Section):
    """A few key statements as bullets."""

    type: Literal["notice"]
    items: Annotated[tuple[Statement, ...], Field(max_length=20)] = ()
    """The statements, each one or two sentences of Markdown."""


def example() -> NoticeSection:
    return NoticeSection(
        type="notice",
        id="key-points",
        title="This week in three lines",
        items=(
            "The harbour talks **resume on Tuesday**; both delegations have confirmed.",
            "Grain shipments are back at last spring's level, [the port authority says](https://example.org/port).",
            "Nominations for the *Lantern Prize* close on Friday.",
        ),
    )


NOTICE = Block("notice", "Notice", NoticeSection, example)
