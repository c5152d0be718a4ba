"""The newest items, cut short: the first few in the email, the rest on the web page."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from newsletter.document.cut import CutAt
from newsletter.document.fields import Blurb
from newsletter.document.item import Item
from newsletter.document.provenance import Provenance
from newsletter.document.section import Block, Section


class LatestSection(Section):
    """Items whose blurbs are cut with “…continue reading”; beyond the limit they are only on the web page."""

    type: Literal["latest"]
    intro: Blurb = ""
    items: Annotated[tuple[Item, ...], Field(max_length=200)] = ()
    limit: Annotated[int, Field(ge=1, le=50)] = 5
    """How many items appear in the email."""
    length: Annotated[int, Field(ge=40, le=1_000)] = 180
    """At most this many characters of each blurb are shown."""
    cut_at: CutAt = CutAt.SENTENCE
    """Where a blurb is cut: after a sentence, or after a word."""

    @property
    def shown(self) -> tuple[Item, ...]:
        """The items that stand in the email."""
        return self.items[: self.limit]

    @property
    def overflow(self) -> int:
        """How many items stand only on the web page."""
        return max(0, len(self.items) - self.limit)


def example() -> LatestSection:
    talks = (
        "Both delegations confirmed their seats, and three of the four points on the agenda are old friends. "
        "The fourth is new, and nobody wants to name it yet."
    )
    stories = {
        "Harbour talks resume on Tuesday": talks,
        "School exchange doubles its places": "Four hundred pupils will cross the strait this autumn.",
        "Night trains return to the coast": "The first sleeper leaves in July.",
    }
    return LatestSection(
        type="latest",
        id="latest",
        title="Latest from the Coalition",
        limit=2,
        length=110,
        cut_at=CutAt.WORD,
        items=tuple(
            Item(
                headline=headline,
                url=f"https://coalition.example.org/news/{number}",
                blurb=blurb,
                provenance=Provenance(published=date(2026, 5, 15 - number)),
            )
            for number, (headline, blurb) in enumerate(stories.items(), start=1)
        ),
    )


LATEST = Block("latest", "Latest", LatestSection, example)
