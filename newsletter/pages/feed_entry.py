"""What feedparser says of a feed's entry, in the fields that a collected link has."""

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from newsletter.core.text import one_line
from newsletter.pages.feed_dates import iso_date
from newsletter.pages.feed_items import LONGEST_LINE, LONGEST_SUMMARY, FeedItem
from newsletter.pages.page import LeadImage
from newsletter.pages.plain_text import html_to_line, html_to_text

Entry = Mapping[str, Any]
_LONGEST_ID: Final = 2_000


def feed_item(entry: Entry, texts: Sequence[str], url: str, language: str) -> FeedItem:
    """The item of a feed at `url`, which is in `language` where the entry does not say so.

    Its descriptions are numbers: places in `texts`, which are HTML.
    """
    return FeedItem(
        guid=one_line(str(entry.get("id") or ""))[:_LONGEST_ID],
        url=_item_url(entry, url),
        title=as_line(entry.get("title_detail")),
        byline=_byline(entry),
        published=_date(entry, "published") or _date(entry, "created"),
        updated=_date(entry, "updated"),
        summary=_summary(entry, texts),
        language=str((entry.get("title_detail") or {}).get("language") or language),
        image=_image(entry, url),
    )


def as_line(detail: Mapping[str, Any] | None) -> str:
    """The words of a title, which is plain text or HTML, as feedparser found out."""
    value = str((detail or {}).get("value") or "")
    if "html" in str((detail or {}).get("type") or ""):
        return html_to_line(value, LONGEST_LINE)
    return one_line(value)[:LONGEST_LINE]


def web_url(address: object, base: str) -> str:
    """`address`, which may be relative to `base`, when it is one of the web; else empty."""
    try:
        url = urljoin(base, str(address or "").strip())
        return url if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname else ""
    except ValueError:
        return ""


def _item_url(entry: Entry, base: str) -> str:
    enclosures = (link.get("href") for link in entry.get("links") or () if link.get("rel") == "enclosure")
    addresses = (entry.get("feedburner_origlink"), entry.get("link"), *enclosures)
    return next((url for address in addresses if address and (url := web_url(address, base))), "")


def _byline(entry: Entry) -> str:
    people = entry.get("authors") or [entry.get("author_detail") or {}]
    names = (html_to_line(str(person.get("name") or ""), LONGEST_LINE) for person in people)
    listed = ", ".join(dict.fromkeys(name for name in names if name and "@" not in name))
    return listed[3:] if listed[:3].lower() == "by " else listed


def _date(entry: Entry, name: str) -> str:
    # `updated` of feedparser stands for `published`, too, which is deprecated and not what we ask.
    if name not in entry:
        return ""
    return iso_date(str(entry[name]), entry.get(f"{name}_parsed"))


def _summary(entry: Entry, texts: Sequence[str]) -> str:
    contents = [entry.get("summary_detail"), *(entry.get("content") or ())]
    places = (str((content or {}).get("value") or "").strip() for content in contents)
    markup = next((texts[int(place)] for place in places if place.isdigit()), "")
    return html_to_text(markup, LONGEST_SUMMARY)


def _image(entry: Entry, base: str) -> LeadImage | None:
    pictures = [media for media in entry.get("media_content") or () if _is_picture(media)]
    pictures.sort(key=_width, reverse=True)
    thumbnails = sorted(entry.get("media_thumbnail") or (), key=_width, reverse=True)
    enclosures = [link for link in entry.get("links") or () if link.get("rel") == "enclosure"]
    found = [*pictures, *thumbnails, *filter(_is_picture, enclosures), entry.get("image") or {}]
    addresses = (picture.get("url") or picture.get("href") for picture in found)
    url = next((url for address in addresses if address and (url := web_url(address, base))), "")
    if not url:
        return None
    credits_given = (
        html_to_line(str(one.get("content") or ""), LONGEST_LINE) for one in entry.get("media_credit") or ()
    )
    return LeadImage(url=url, credit=next(filter(None, credits_given), ""))


def _is_picture(media: Mapping[str, Any]) -> bool:
    kind = str(media.get("medium") or media.get("type") or "")
    if not kind:
        path = urlsplit(str(media.get("url") or media.get("href") or "")).path
        kind = mimetypes.guess_type(path)[0] or ""
    return kind.lower().startswith("image")


def _width(media: Mapping[str, Any]) -> int:
    width = str(media.get("width") or "")
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0
