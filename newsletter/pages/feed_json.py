"""JSON Feed, version 1.1: https://www.jsonfeed.org/version/1.1/"""

import json
from typing import Any, Final

from newsletter.core.text import clean_note, one_line
from newsletter.pages.feed_dates import iso_date
from newsletter.pages.feed_entry import web_url
from newsletter.pages.feed_items import (
    LONGEST_LINE,
    LONGEST_SUMMARY,
    MOST_ITEMS,
    Feed,
    FeedInvalid,
    FeedItem,
    with_usable_guids,
)
from newsletter.pages.page import LeadImage
from newsletter.pages.plain_text import html_to_text

_VERSION: Final = "jsonfeed.org/version/"


def read_json_feed(text: str, url: str) -> Feed:
    """The feed in `text`, which was fetched from `url`. Raises `FeedInvalid` for other JSON."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise FeedInvalid("This is not valid JSON, so it cannot be read as a feed.") from None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise FeedInvalid("This is JSON, but not a feed.")
    if _VERSION not in str(found.get("version", "")):
        raise FeedInvalid("This is JSON, but not a feed: it has no version of JSON Feed.")
    language = _line(found, "language")
    items = (_item(item, url, language) for item in found["items"][:MOST_ITEMS] if isinstance(item, dict))
    return Feed(
        title=_line(found, "title"),
        site_url=web_url(found.get("home_page_url"), url) if found.get("home_page_url") else "",
        language=language,
        items=with_usable_guids(items),
    )


def _item(item: dict[str, Any], base: str, language: str) -> FeedItem:
    address = _line(item, "external_url") or _line(item, "url")
    picture = _line(item, "image") or _line(item, "banner_image")
    picture_url = web_url(picture, base) if picture else ""
    return FeedItem(
        guid=_line(item, "id"),
        url=web_url(address, base) if address else "",
        title=_line(item, "title"),
        byline=_byline(item),
        published=iso_date(_line(item, "date_published")),
        updated=iso_date(_line(item, "date_modified")),
        summary=_summary(item),
        language=_line(item, "language") or language,
        image=LeadImage(picture_url) if picture_url else None,
    )


def _line(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return one_line(str(value))[:LONGEST_LINE] if isinstance(value, str | int | float) else ""


def _byline(item: dict[str, Any]) -> str:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]  # `author` in version 1
    names = (_line(person, "name") for person in people if isinstance(person, dict))
    return ", ".join(dict.fromkeys(filter(None, names)))


def _summary(item: dict[str, Any]) -> str:
    for name in ("summary", "content_text"):
        if isinstance(item.get(name), str) and item[name].strip():
            return clean_note(item[name], LONGEST_SUMMARY)
    markup = item.get("content_html")
    return html_to_text(markup, LONGEST_SUMMARY) if isinstance(markup, str) else ""
