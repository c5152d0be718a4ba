"""A standing text that is kept from issue to issue."""

from datetime import date
from typing import Literal

from newsletter.document.fields import Day, Line, RichText, ShortLine, WebUrl
from newsletter.document.image import Image
from newsletter.document.section import Block, Section


class AboutSection(Section):
    """“What is …?”, written once, with somebody who answers for it and a date to look at it again."""

    type: Literal["about"]
    text: RichText = ""
    """The text, in Markdown."""
    image: Image | None = None
    url: WebUrl = ""
    """Where to read more."""
    link_label: Line = ""
    """The text of that link; “Read more” if missing."""
    owner: ShortLine = ""
    """Who is responsible for this text; never shown to readers."""
    review_by: Day | None = None
    """The day by which it must be reviewed; never shown to readers."""


def example() -> AboutSection:
    return AboutSection(
        type="about",
        id="about-us",
        title="What is the Lantern Coalition?",
        text="The Lantern Coalition brings together **forty-one cities** that share a coastline and a past. "
        "It has no army and no budget line: only a table, and people who keep coming back to it.",
        url="https://coalition.example.org/about",
        link_label="Who sits at the table",
        owner="Mira Olsen",
        review_by=date(2026, 12, 1),
    )


ABOUT = Block("about", "About", AboutSection, example)
