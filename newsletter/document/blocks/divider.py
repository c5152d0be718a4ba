"""A line between two parts."""

from typing import Literal

from newsletter.document.section import Block, Section


class DividerSection(Section):
    """A hairline."""

    type: Literal["divider"]


def example() -> DividerSection:
    return DividerSection(type="divider", id="rule")


DIVIDER = Block("divider", "Divider", DividerSection, example)
