"""The digest itself: stories with headline, blurb and outlet."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from newsletter.document.fields import Blurb
from newsletter.document.item import Item
from newsletter.document.provenance import Provenance, Style
from newsletter.document.section import Block, Section


class LinksSection(Section):
    """Items with headline, blurb and the outlet that reported them."""

    type: Literal["links"]
    intro: Blurb = ""
    """A few words before the first item."""
    items: Annotated[tuple[Item, ...], Field(max_length=100)] = ()
    """The stories, in reading order."""


def example() -> LinksSection:
    return LinksSection(
        type="links",
        id="weekly-digest",
        title="Weekly digest",
        items=(
            Item(
                headline="Ferry line to the northern islands reopens after nine years",
                url="https://news.example.org/ferry-line",
                blurb="The first boat left at dawn with forty passengers and a brass band. "
                "A second crossing is planned for June.",
                provenance=Provenance(outlet="The Harbour Post", style=Style.REPORTED),
            ),
            Item(
                headline="Two rivals, one water treaty",
                url="https://news.example.org/water-treaty",
                blurb="The draft was settled in a single night. It now goes to both parliaments.",
                provenance=Provenance(outlet="The Meridian Courier", style=Style.ACCORDING_TO),
            ),
            Item(
                headline="A library for a town that had none",
                url="https://news.example.org/library",
                blurb="Eleven thousand books came by mule, truck and post.",
                provenance=Provenance(
                    outlet="Upland Radio", byline="Tomas Arlen", published=date(2026, 5, 12)
                ),
            ),
        ),
    )


LINKS = Block("links", "Links", LinksSection, example)
