"""Feeds of every dialect."""

from newsletter.pages.feed_items import FeedItem
from newsletter.pages.page import LeadImage
from tests.pages.feeds import read


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
