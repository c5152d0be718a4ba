"""Social posts as durable static cards, which outlive the network they were posted on."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from newsletter.document.fields import Blurb, Day, Model, PlainText, ShortLine, WebUrl
from newsletter.document.section import Block, Section


class Quote(Model):
    """One post or saying, word for word. Its text is plain: `#`, `*` and `_` are what they are."""

    author: ShortLine = ""
    handle: ShortLine = ""
    """The author's name on the network, such as @mira."""
    date: Day | None = None
    text: PlainText = ""
    permalink: WebUrl = ""
    """The address of the post."""
    network: ShortLine = ""
    """Where it was posted."""
    credit: ShortLine = ""
    """Who translated, photographed or passed it on."""


class QuotesSection(Section):
    """What others said this week."""

    type: Literal["quotes"]
    intro: Blurb = ""
    items: Annotated[tuple[Quote, ...], Field(max_length=50)] = ()


def example() -> QuotesSection:
    return QuotesSection(
        type="quotes",
        id="overheard",
        title="Overheard",
        items=(
            Quote(
                author="Mira Olsen",
                handle="@mira@social.example.org",
                date=date(2026, 5, 13),
                text="Nine years, and then it takes one morning. 🚢✨\nI cried on the pier. #NorthernLine",
                permalink="https://social.example.org/@mira/1",
                network="Mastodon",
            ),
            Quote(
                author="Dr. Yusuf Kaan",
                text="A treaty is a conversation that somebody wrote down in time.",
                credit="At the signing, translated by Ana Ruiz",
            ),
        ),
    )


QUOTES = Block("quotes", "Quotes", QuotesSection, example)
