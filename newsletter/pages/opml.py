"""Lists of feeds as feed readers write and take them: OPML 2.0, http://opml.org/spec2.opml"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import listparser

from newsletter.core.errors import Refused
from newsletter.core.text import one_line
from newsletter.pages.feed_entry import web_url
from newsletter.pages.feed_xml import decode_feed

MOST_FEEDS: Final = 1_000
LONGEST_FILE: Final = 5_000_000  # octets
LONGEST_TITLE: Final = 500  # characters
_ROOT: Final = re.compile(r"<(?:[\w.-]+:)?opml(?=[\s>])", re.IGNORECASE)
_HEAD: Final = 20_000  # characters in which the root has to begin
_BETWEEN_FOLDERS: Final = " / "
_DEEPEST: Final = 50  # outlines in outlines; listparser keeps all of those around each
_OUTLINE: Final = re.compile(
    r"""<(?P<end>/?)(?:[\w.-]+:)?outline\b(?:"[^"]*"|'[^']*'|[^<>"'/]|/(?!>))*+(?P<empty>/?)""", re.IGNORECASE
)


@dataclass(frozen=True)
class OpmlFeed:
    """A feed of a list. `folder` is empty, or the titles of the folders that it is in: `News / Local`."""

    title: str
    url: str
    folder: str = ""


class OpmlInvalid(Refused):
    """A file that is no list of feeds."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_opml", message, {"file": message})


def read_opml(body: bytes) -> tuple[OpmlFeed, ...]:
    """The feeds of the web in an OPML file, each URL once, in order.

    What is broken is read as far as it can be; entities are not expanded. Raises `OpmlInvalid` for a file
    that is not OPML or too large, and for one of more than `MOST_FEEDS` feeds.
    """
    if len(body) > LONGEST_FILE:
        raise OpmlInvalid(f"This file is larger than {LONGEST_FILE // 1_000_000} MB.")
    text = decode_feed(body, "")
    root = _ROOT.search(text, 0, _HEAD)
    if not root:
        raise OpmlInvalid("This file is not OPML. Export the feeds of your reader as OPML first.")
    if _depth(text) > _DEEPEST:
        raise OpmlInvalid(f"The folders in this file are nested more than {_DEEPEST} deep.")
    # Without the declaration, which may name another charset, and without the DTD.
    found = listparser.parse(b"\xef\xbb\xbf" + text[root.start() :].encode())
    feeds = tuple(feed for feed in map(_feed, found.feeds) if feed.url)
    if len(feeds) > MOST_FEEDS:
        raise OpmlInvalid(
            f"This file has {len(feeds):,} feeds; at most {MOST_FEEDS:,} can be imported at once."
        )
    return feeds


def write_opml(title: str, feeds: Iterable[OpmlFeed]) -> bytes:
    """The file that `read_opml` reads as `feeds`; those of a folder stand together."""
    folders: dict[str, list[str]] = {}
    for feed in feeds:
        attributes = {"type": "rss", "text": feed.title, "title": feed.title, "xmlUrl": feed.url}
        folders.setdefault(feed.folder, []).append(f"<outline{_attributes(attributes)}/>")
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines.append(f"<head><title>{escape(one_line(title))}</title></head>\n<body>")
    for folder, outlines in folders.items():
        lines += (
            [f"<outline{_attributes({'text': folder})}>", *outlines, "</outline>"] if folder else outlines
        )
    return "\n".join([*lines, "</body>", "</opml>", ""]).encode()


def _depth(text: str) -> int:
    deepest = depth = 0
    for outline in _OUTLINE.finditer(text):
        if not outline["empty"]:
            depth += -1 if outline["end"] else 1
            deepest = max(deepest, depth)
    return deepest


def _feed(feed: Mapping[str, Any]) -> OpmlFeed:
    folders: list[str] = next(iter(feed["categories"]), [])
    titles = (one_line(title) for title in folders)
    return OpmlFeed(
        title=one_line(feed["title"])[:LONGEST_TITLE],
        url=web_url(feed["url"], ""),
        folder=_BETWEEN_FOLDERS.join(filter(None, titles))[:LONGEST_TITLE],
    )


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(one_line(value))}" for name, value in values.items())
