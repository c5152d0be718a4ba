"""Reading a feed: RSS 0.9 to 2.0, Atom, JSON Feed."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import feedparser

from newsletter.core.text import one_line
from newsletter.pages.feed_entry import as_line, feed_item, web_url
from newsletter.pages.feed_items import Feed, FeedInvalid, with_usable_guids
from newsletter.pages.feed_json import read_json_feed
from newsletter.pages.feed_xml import clean_feed, decode_feed, is_html
from newsletter.pages.find_feeds import find_feeds
from newsletter.pages.response import read_content_type

_PERIODS: Final = {  # http://web.resource.org/rss/1.0/modules/syndication/
    "hourly": 3_600,
    "daily": 86_400,
    "weekly": 604_800,
    "monthly": 2_592_000,
    "yearly": 31_536_000,
}
_LONGEST_REST: Final = 31_536_000  # seconds


def read_feed(body: bytes, content_type: str, url: str) -> Feed:
    """The feed that a server at `url` sent as `content_type` (the header's value, or its media type).

    What is broken is read as far as it can be. Raises `FeedInvalid` with one sentence for what is no feed.
    """
    if not body.strip():
        raise FeedInvalid("The feed is empty.")
    text = decode_feed(body, read_content_type(content_type)[1])
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return read_json_feed(text.lstrip("\ufeff"), url)
    if is_html(text):
        raise _no_feed_but_page(text, url)
    cleaned = clean_feed(text)
    if cleaned is None:
        raise FeedInvalid("This is not a feed: it is neither RSS nor Atom nor JSON Feed.")
    return _read_xml(cleaned.xml, cleaned.texts, url)


def _no_feed_but_page(page: str, url: str) -> FeedInvalid:
    feeds = find_feeds(page, url)
    if not feeds:
        return FeedInvalid("This is a page, not a feed, and it names no feed.")
    return FeedInvalid(f"This is a page, not a feed. Its feed is {feeds[0]}", feeds[0])


def _read_xml(xml: bytes, texts: Sequence[str], url: str) -> Feed:
    parsed = feedparser.parse(
        io.BytesIO(xml),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    feed = parsed.feed
    language = one_line(str(feed.get("language") or ""))
    items = (feed_item(entry, texts, url, language) for entry in parsed.entries)
    return Feed(
        title=as_line(feed.get("title_detail")),
        site_url=web_url(feed.get("link"), url) if feed.get("link") else "",
        language=language,
        items=with_usable_guids(items),
        next_poll_seconds=_next_poll_seconds(feed),
    )


def _next_poll_seconds(feed: Mapping[str, Any]) -> int | None:
    minutes = _number(feed.get("ttl"))
    if minutes:
        return min(minutes * 60, _LONGEST_REST)
    period = _PERIODS.get(str(feed.get("sy_updateperiod") or "").strip().lower())
    return period // (_number(feed.get("sy_updatefrequency")) or 1) if period else None


def _number(text: object) -> int:
    digits = str(text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0
