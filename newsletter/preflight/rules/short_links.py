"""Readers see where a link leads: shortened ones hide it, and spam filters distrust them."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.document.walk import links
from newsletter.preflight.draft import Draft
from newsletter.preflight.finding import Remark, Rule, warning

_SHORTENERS = frozenset(
    {
        *(
            "bit.ly",
            "bitly.com",
            "buff.ly",
            "cutt.ly",
            "dlvr.it",
            "fb.me",
            "goo.gl",
            "ift.tt",
            "is.gd",
            "j.mp",
        ),
        *(
            "lnkd.in",
            "ow.ly",
            "rb.gy",
            "rebrand.ly",
            "shorturl.at",
            "s.id",
            "t.co",
            "t.ly",
            "tiny.cc",
            "tiny.one",
        ),
        *("tinyurl.com", "trib.al", "urlz.fr", "v.gd", "wp.me", "shorte.st", "bl.ink", "short.io", "t2m.io"),
    }
)


def examine(draft: Draft) -> Iterator[Remark]:
    for place in links(draft.document):
        if _host(place.value) in _SHORTENERS:
            yield warning(f"{place.value} is a shortened link: use the address it leads to.", place.path)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


SHORT_LINKS = Rule(
    "short_links",
    examine,
    about="A link is shortened, so readers cannot see where it leads.",
)
