"""A paid message, and always named as one."""

from typing import Literal

from newsletter.document.fields import Blurb, Line, ShortLine, WebUrl
from newsletter.document.image import Image
from newsletter.document.section import Block, Section


class SponsorSection(Section):
    """What a sponsor says, set apart and labelled."""

    type: Literal["sponsor"]
    sponsor: ShortLine = ""
    """Who pays for it."""
    headline: Line = ""
    text: Blurb = ""
    image: Image | None = None
    url: WebUrl = ""
    link_label: Line = ""
    """The text of the link; “Read more” if missing."""
    untracked: bool = False
    """True: clicks on this link are not counted, whatever the publication counts."""


def example() -> SponsorSection:
    return SponsorSection(
        type="sponsor",
        id="sponsor",
        sponsor="Tidewater Paper Mill",
        headline="Paper that remembers the sea",
        text="Notebooks made from *recycled sailcloth*. Readers of this letter get one page more.",
        url="https://tidewater.example.com/",
        link_label="See the notebooks",
    )


SPONSOR = Block("sponsor", "Sponsor", SponsorSection, example)
