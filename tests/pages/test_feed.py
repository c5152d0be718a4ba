"""Feeds of every dialect, and what is sent instead of one."""

import time
import tracemalloc

import pytest

from newsletter.pages.feed import read_feed
from newsletter.pages.feed_items import MOST_ITEMS, Feed, FeedInvalid, FeedItem
from newsletter.pages.page import LeadImage

URL = "https://news.example/feeds/all.xml"
RSS_XML = "application/rss+xml"


def read(text: str | bytes, content_type: str = RSS_XML) -> Feed:
    return read_feed(text if isinstance(text, bytes) else text.encode(), content_type, URL)


def rss(items: str, channel: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'


def one_item(xml: str) -> FeedItem:
    (item,) = read(rss(f"<item>{xml}</item>")).items
    return item


def refusal(body: str | bytes, content_type: str = RSS_XML) -> FeedInvalid:
    with pytest.raises(FeedInvalid) as refused:
        read(body, content_type)
    return refused.value


def test_rss_2() -> None:
    feed = read(
        """<?xml version="1.0" encoding="utf-8"?>
        <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
          xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">
        <channel><title>The Harbour &amp; Post</title><link>https://news.example/</link>
          <language>en-GB</language><ttl>90</ttl><description>All of it</description>
          <image><url>https://news.example/logo.png</url><title>Logo</title></image>
          <item><title>Ferry &lt;em&gt;returns&lt;/em&gt; to AT&amp;amp;T quay</title>
            <link>/2026/ferry?a=1&amp;b=2</link><guid isPermaLink="false">ferry-1</guid>
            <dc:creator>By Ana Ruiz</dc:creator><pubDate>Fri, 27 Nov 2026 08:00:00 +0100</pubDate>
            <description>&lt;p&gt;After a &lt;b&gt;year&lt;/b&gt;.
              &lt;/p&gt;&lt;p&gt;At last.&lt;/p&gt;</description>
            <content:encoded><![CDATA[<p>The whole story.</p>]]></content:encoded>
            <media:content url="https://img.example/small.jpg" medium="image" width="200"/>
            <media:content url="https://img.example/large.jpg" medium="image" width="1200">
              <media:title>Another title</media:title><media:description>A quay</media:description>
              <media:credit>Jon Bell/Reuters</media:credit></media:content>
            <media:content url="https://img.example/film.mp4" medium="video" width="1920"/></item>
        </channel></rss>"""
    )
    assert (feed.title, feed.site_url, feed.language) == (
        "The Harbour & Post",
        "https://news.example/",
        "en-GB",
    )
    assert feed.next_poll_seconds == 5_400
    assert feed.items == (
        FeedItem(
            guid="ferry-1",
            url="https://news.example/2026/ferry?a=1&b=2",
            title="Ferry returns to AT&T quay",
            byline="Ana Ruiz",
            published="2026-11-27T08:00:00+01:00",
            summary="After a year.\nAt last.",
            language="en-GB",
            image=LeadImage("https://img.example/large.jpg", credit="Jon Bell/Reuters"),
        ),
    )


def test_atom() -> None:
    feed = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://news.example/de/">
        <title type="text">Hafen &lt; Post</title><link rel="self" href="feed.atom"/>
        <link href="/de/"/>
        <updated>2026-11-27T10:00:00Z</updated>
        <entry xml:lang="fr"><id>tag:news.example,2026:1</id>
          <title type="html">Le &lt;b&gt;bac&lt;/b&gt;</title>
          <link rel="enclosure" type="image/jpeg" href="https://img.example/bac.jpg"/>
          <link rel="alternate" href="bac"/><link rel="edit" href="edit/1"/>
          <author><name>Ana Ruiz</name><email>ana@news.example</email></author>
          <author><name>Jo Li</name></author>
          <published>2026-11-27T08:00:00.123+05:30</published><updated>2026-11-28T08:00:00Z</updated>
          <summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
            <p>Un</p><p>deux &#169;</p></div></summary>
        </entry>
        <entry><id>tag:news.example,2026:2</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Zwei
          <em>Fähren</em></div></title>
          <content type="html">&lt;p&gt;Text&lt;/p&gt;</content></entry></feed>""",
        "application/atom+xml",
    )
    assert (feed.title, feed.site_url, feed.language) == ("Hafen < Post", "https://news.example/de/", "de")
    first, second = feed.items
    assert first == FeedItem(
        guid="tag:news.example,2026:1",
        url="https://news.example/de/bac",
        title="Le bac",
        byline="Ana Ruiz, Jo Li",
        published="2026-11-27T08:00:00+05:30",
        updated="2026-11-28T08:00:00+00:00",
        summary="Un\ndeux ©",
        language="fr",
        image=LeadImage("https://img.example/bac.jpg"),
    )
    assert (second.title, second.summary, second.language) == ("Zwei Fähren", "Text", "de")
    assert (second.url, second.published, second.image) == ("", "", None)


def test_rss_1() -> None:
    feed = read(
        """<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
          xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://news.example/"><title>Old</title><link>https://news.example/</link>
          <sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency></channel>
        <item rdf:about="https://news.example/1"><title>One</title><link>https://news.example/1</link>
          <dc:date>2026-11-27T08:00:00+01:00</dc:date></item></rdf:RDF>"""
    )
    assert feed.next_poll_seconds == 1_800
    (item,) = feed.items
    assert (item.guid, item.url) == ("https://news.example/1", "https://news.example/1")
    assert item.updated or item.published == "2026-11-27T08:00:00+01:00"


def test_rss_0_91_of_netscape() -> None:
    feed = read(
        """<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"
        "http://my.netscape.com/publish/formats/rss-0.91.dtd">
        <rss version="0.91"><channel><title>Caf&eacute;</title><link>https://news.example</link>
        <item><title>A&nbsp;b &hellip; &mdash; &unknown; c</title><link>https://news.example/1</link></item>
        </channel></rss>"""
    )
    assert feed.title == "Café"
    assert feed.items[0].title == "A b … — c"


def test_json_feed() -> None:
    feed = read(
        """{"version": "https://jsonfeed.org/version/1.1", "title": "Harbour",
         "home_page_url": "/", "language": "en",
        "items": [
          {"id": 7, "url": "/7", "title": "Seven\\u202e\\n", "content_html": "<p>a</p><p>b</p>",
           "date_published": "2026-11-27T08:00:00+01:00", "authors": [{"name": "Ana"}, {"name": "Jo"}, 3],
           "image": "https://img.example/7.jpg"},
          {"id": "8", "external_url": "https://else.example/8", "url": "/8", "summary": "S", "language": "it",
           "author": {"name": "Old"}, "date_modified": "soon"},
          {"id": "9", "url": "javascript:alert(1)", "image": "data:image/png,x"},
          "nonsense", {}]}""",
        "application/feed+json",
    )
    assert (feed.title, feed.site_url, feed.next_poll_seconds) == ("Harbour", "https://news.example/", None)
    seven, eight, nine, empty = feed.items
    assert (seven.guid, seven.url, seven.byline) == ("7", "https://news.example/7", "Ana, Jo")
    assert (seven.published, seven.summary, seven.language) == ("2026-11-27T08:00:00+01:00", "a\nb", "en")
    assert seven.image == LeadImage("https://img.example/7.jpg")
    assert (eight.url, eight.summary, eight.language) == ("https://else.example/8", "S", "it")
    assert (eight.byline, eight.updated) == ("Old", "")
    assert (nine.url, nine.image) == ("", None)
    assert empty == FeedItem(language="en")


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


@pytest.mark.parametrize(
    "xml",
    [
        "<rss><channel><title>A & B</title><item><title>One</title><link>/1</item>",
        "<?php x ?>Warning: <b>x</b>\n<rss version='2.0'><channel><item><title>One</title></item></channel>",
        "\n\n<?xml version='1.0'?><rss><channel><item><title>One</title></item></channel></rss>trailing <b>",
        "<rss><channel><item><title>O\x00n\x0be</title></item></channel></rss>",
        "<rss><channel><item><foo:bar q:a='1'>x</foo:bar><title>One</title></item></channel></rss>",
        "<rss><channel><item><title>One</title><description><p>A <b>b</description></item></channel></rss>",
        "<rss><channel><item><title><![CDATA[One]]></title></item><item><title>Two</ti",
        "<foo:rss><channel><item><title>One</title></item></channel></foo:rss>",
    ],
)
def test_what_is_broken_is_read_as_far_as_it_can_be(xml: str) -> None:
    assert read(xml).items[0].title == "One"


@pytest.mark.parametrize(
    ("declared", "charset", "octets"),
    [
        ("utf-8", "", "utf-8"),
        ("iso-8859-1", "", "utf-8"),
        ("utf-8", "iso-8859-1", "utf-8"),
        ("utf-8", "", "windows-1252"),
        ("windows-1251", "", "windows-1251"),
        ("utf-8", "windows-1251", "windows-1251"),
        ("iso-2022-jp", "", "iso-2022-jp"),
        ("shift_jis", "", "shift_jis"),
        ("utf-16", "", "utf-16"),
        ("utf-16", "", "utf-16-be"),
        ("no-such-charset", "nor-this", "utf-8"),
    ],
)
def test_charsets(declared: str, charset: str, octets: str) -> None:
    title = {"windows-1251": "Паром", "iso-2022-jp": "船が来た", "shift_jis": "船が来た"}.get(
        octets, "Fähre “A”"
    )
    xml = f'<?xml version="1.0" encoding="{declared}"?>{rss(f"<item><title>{title}</title></item>")[21:]}'
    assert read(xml.encode(octets), f"text/xml; charset={charset}").items[0].title == title


def test_entities_are_neither_loaded_nor_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    xml = f"""<!DOCTYPE rss [<!ENTITY e0 "lol">{bomb}<!ENTITY file SYSTEM "file:///etc/passwd">
      <!ENTITY % net SYSTEM "http://127.0.0.1:9/x.dtd"> %net;]>
      {rss("<item><title>One &e9; &file; &#169;</title></item>")[21:]}"""
    tracemalloc.start()
    assert read(xml).items[0].title == "One ©"
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "body", ["", " \n ", b"\x00", b"\xff\xfe", "plain words", "<opml/>", "<urlset></urlset>", "%PDF-1.7"]
)
def test_what_is_no_feed(body: str | bytes) -> None:
    refused = refusal(body)
    assert refused.message.endswith(".")
    assert refused.feed_url == ""


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{", "This is not valid JSON, so it cannot be read as a feed."),
        ("[" * 100_000, "This is not valid JSON, so it cannot be read as a feed."),
        ("[]", "This is JSON, but not a feed."),
        ('{"items": 3}', "This is JSON, but not a feed."),
        ('{"items": []}', "This is JSON, but not a feed: it has no version of JSON Feed."),
    ],
)
def test_json_that_is_no_feed(body: str, sentence: str) -> None:
    assert refusal(body, "application/json").message == sentence


def test_a_page_instead_of_a_feed() -> None:
    page = """<!DOCTYPE html><html><head><title>Harbour</title><base href="https://news.example/en/">
      <link rel="alternate" hreflang="de" href="/de/"><link rel="stylesheet" href="x.css">
      <link rel="Alternate" type="application/rss+xml; charset=utf-8" href="feed.xml">
      <link rel=alternate type=application/atom+xml href=/atom></head><body><p>Hello"""
    refused = refusal(page, "text/html")
    assert refused.feed_url == "https://news.example/en/feed.xml"
    assert refused.message == "This is a page, not a feed. Its feed is https://news.example/en/feed.xml"
    refused = refusal("<html><body>Hello", "text/html")
    assert (refused.message, refused.feed_url) == ("This is a page, not a feed, and it names no feed.", "")


def test_an_empty_feed_is_a_feed() -> None:
    assert read("<rss><channel><title>Quiet</title></channel></rss>").items == ()


def test_long_and_strange_words() -> None:
    item = one_item(f"<title>{'ab ' * 2_000}</title><description>{'cd ' * 20_000}</description>")
    assert len(item.title) <= 2_000
    assert len(item.summary) <= 5_000
    item = one_item(
        "<title>שלום 🎉 &lt;script&gt;alert(1)&lt;/script&gt;</title><description>a &lt; b</description>"
    )
    assert item.title == "שלום 🎉"
    assert item.summary == "a < b"


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "<item>",
            "<item><title>",
            "&lt;",
            "&lt;!--",
            "&lt;script&gt;",
            "<![CDATA[",
            "<a ",
            "&a;",
            "]]>",
            "</b>",
        ),
        *(
            "<a>",
            "& ",
            "<",
            ">",
            "<a b c='1'>",
            "<x:y>",
            "<?a ",
            "<!--",
            "<!a ",
            "<a b='",
            "<a></b>",
            "<a/>",
            "a@",
        ),
    ],
)
def test_time_grows_with_the_feed_only(unit: str) -> None:
    began = time.perf_counter()
    read(rss(f"<item><title>a</title><description>{unit * (200_000 // len(unit))}</description></item>"))
    assert time.perf_counter() - began < 2
