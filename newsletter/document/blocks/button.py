"""One link as a button."""

from typing import Literal

from newsletter.document.fields import ButtonUrl, Line
from newsletter.document.section import Block, Section


class ButtonSection(Section):
    """A button made of text, so that it is there without images."""

    type: Literal["button"]
    label: Line = ""
    """The text on it."""
    url: ButtonUrl = ""
    """https://…, http://… or mailto:…"""
    untracked: bool = False
    """True: clicks on this link are not counted, whatever the publication counts."""


def example() -> ButtonSection:
    return ButtonSection(
        type="button",
        id="nominate",
        label="Nominate someone for the Lantern Prize",
        url='https://coalition.example.org/prize?from={{ attributes.city | default: "newsletter" }}',
    )


BUTTON = Block("button", "Button", ButtonSection, example)
