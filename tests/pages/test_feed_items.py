"""The fields of a feed's items, in whatever form they come."""

import pytest

from newsletter.pages.feed_items import MOST_ITEMS
from tests.pages.feeds import one_item, read, rss


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Fri, 27 Nov 2026 08:00:00 GMT", "2026-11-27T08:00:00+00:00"),
        ("Fri, 27 Nov 2026 08:00:00 EST", "2026-11-27T08:00:00-05:00"),
        ("27 Nov 26 08:00 +0200", "2026-11-27T08:00:00+02:00"),
        ("2026-11-27T08:00:00-03:30", "2026-11-27T08:00:00-03:30"),
        ("2026-11-27", "2026-11-27T00:00:00+00:00"),
        ("Fri, 31 Feb 2026 08:00:00 GMT", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_dates(date: str, expected: str) -> None:
    assert one_item(f"<title>a</title><pubDate>{date}</pubDate>").published == expected


@pytest.mark.parametrize(
    ("xml", "byline"),
    [
        ("<author>ana@news.example (Ana Ruiz)</author>", "Ana Ruiz"),
        ("<author>ana@news.example</author>", ""),
        ("<author>Ana Ruiz</author>", "Ana Ruiz"),
        ("<author>Ana Ruiz &lt;ana@news.media&gt;</author>", "Ana Ruiz"),
        ("<author>Ana Ruiz (Reuters)</author>", "Ana Ruiz (Reuters)"),
        ("<author>by Ana Ruiz</author>", "Ana Ruiz"),
        ("<dc:creator>Ana &amp;amp; Jo</dc:creator>", "Ana & Jo"),
    ],
)
def test_bylines(xml: str, byline: str) -> None:
    assert one_item(xml).byline == byline


@pytest.mark.parametrize(
    ("xml", "url"),
    [
        ("<link>https://a.example/1</link>", "https://a.example/1"),
        ("<link>\n /1 \n</link>", "https://news.example/1"),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>http://[::1</link>", ""),
        ("<guid>https://a.example/g</guid>", "https://a.example/g"),
        ('<guid isPermaLink="false">https://a.example/g</guid>', ""),
        (
            '<enclosure url="https://a.example/e.mp3" type="audio/mpeg" length="1"/>',
            "https://a.example/e.mp3",
        ),
        (
            "<link>https://feeds.example/~r/1</link><feedburner:origLink>https://a.example/o</feedburner:origLink>",
            "https://a.example/o",
        ),
    ],
)
def test_urls(xml: str, url: str) -> None:
    assert one_item(xml).url == url


@pytest.mark.parametrize(
    ("xml", "image"),
    [
        ('<enclosure url="/p.jpg" type="image/jpeg" length="1"/>', "https://news.example/p.jpg"),
        ('<enclosure url="https://a.example/e.mp3" type="audio/mpeg" length="1"/>', ""),
        ('<media:thumbnail url="https://a.example/t.jpg"/>', "https://a.example/t.jpg"),
        (
            '<media:group><media:content url="https://a.example/c.webp"/></media:group>',
            "https://a.example/c.webp",
        ),
        ('<itunes:image href="https://a.example/i.png"/>', "https://a.example/i.png"),
        ('<media:content url="data:image/png,x" medium="image"/>', ""),
    ],
)
def test_images(xml: str, image: str) -> None:
    found = one_item(xml).image
    assert (found.url if found else "") == image


def test_guids_that_repeat() -> None:
    shared = "".join(
        f"<item><guid isPermaLink='false'>1</guid><link>/{n}</link><title>T{n}</title></item>"
        for n in (1, 2, 2)
    )
    own = "<item><guid isPermaLink='false'>own</guid></item><item><title>None</title></item>"
    first, second, third, fourth = read(rss(shared + own)).items
    assert len({first.guid, second.guid}) == 2
    assert len(first.guid) == len(second.guid) == 64
    assert read(rss(shared)).items[0].guid == first.guid, "the same each time"
    assert (third.guid, fourth.guid) == ("own", "")


def test_no_more_than_a_thousand_items() -> None:
    many = rss("".join(f"<item><link>/{n}</link></item>" for n in range(3_000)), "<title>Many</title>")
    feed = read(many)
    assert len(feed.items) == MOST_ITEMS
    assert feed.items[-1].url == f"https://news.example/{MOST_ITEMS - 1}"
    listed = ",".join(f'{{"id": "{n}"}}' for n in range(2_000))
    assert (
        len(read(f'{{"version": "https://jsonfeed.org/version/1", "items": [{listed}]}}').items) == MOST_ITEMS
    )
