"""What a feed says: the same for RSS, Atom and JSON Feed."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from newsletter.core.errors import Refused
from newsletter.pages.page import LeadImage

LONGEST_LINE: Final = 2_000  # characters of a title or a name
LONGEST_SUMMARY: Final = 5_000
MOST_ITEMS: Final = 1_000


@dataclass(frozen=True)
class FeedItem:
    """One article of a feed. All is plain text; what the feed does not say is empty.

    `guid` is what the feed knows it by. `url` is absolute. `published` and `updated` are ISO 8601 with an
    offset; a day without a time is its beginning in UTC. `language` is a BCP 47 tag.
    """

    guid: str = ""
    url: str = ""
    title: str = ""
    byline: str = ""
    published: str = ""
    updated: str = ""
    summary: str = ""
    language: str = ""
    image: LeadImage | None = None


@dataclass(frozen=True)
class Feed:
    """A feed with its items in the order in which it lists them, at most `MOST_ITEMS`.

    `next_poll_seconds` is how long the feed asks to be left alone, None where it does not say so.
    """

    title: str
    site_url: str
    language: str
    items: tuple[FeedItem, ...]
    next_poll_seconds: int | None = None


class FeedInvalid(Refused):
    """What was fetched is no feed. `feed_url` is the one that a page names instead, or empty."""

    def __init__(self, message: str, feed_url: str = "") -> None:
        super().__init__("bad_feed", message, {"url": message})
        self.feed_url = feed_url


def with_usable_guids(items: Iterable[FeedItem]) -> tuple[FeedItem, ...]:
    """`items` with guids that are one item's alone, without those that are listed twice.

    A guid that several items share tells them apart no more; URL and title do.
    """
    listed = list(items)
    times = Counter(item.guid for item in listed)
    usable: dict[str, FeedItem] = {}
    for index, item in enumerate(listed):
        if item.guid and times[item.guid] > 1:
            octets = f"{item.url}\n{item.title}".encode()
            item = replace(item, guid=hashlib.sha256(octets).hexdigest())  # noqa: PLW2901
        usable.setdefault(item.guid or str(index), item)
    return tuple(usable.values())
