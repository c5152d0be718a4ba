"""The feeds that a page names in its head: https://www.rssboard.org/rss-autodiscovery"""

from typing import Final

from lxml import etree

from newsletter.pages.feed_entry import web_url

_HEAD: Final = 500_000  # characters; the head of no page is longer
_TYPES: Final = frozenset(
    ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
)


def find_feeds(page: str, url: str) -> list[str]:
    """The absolute URLs of the feeds that `page`, HTML which was fetched from `url`, names, in order."""
    tree = etree.fromstring(page[:_HEAD].encode(), etree.HTMLParser(encoding="utf-8", no_network=True))
    if tree is None:
        return []
    bases = tree.xpath("//base/@href")
    base = web_url(bases[0], url) if bases else url
    links = tree.iter("link")
    found = (
        web_url(link.get("href"), base or url)
        for link in links
        if "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").split(";")[0].strip().lower() in _TYPES
        and link.get("href")
    )
    return list(dict.fromkeys(filter(None, found)))
