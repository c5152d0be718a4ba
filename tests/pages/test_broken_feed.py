"""What is sent instead of a feed, and feeds that want to take time or memory."""

import time
import tracemalloc

import pytest

from newsletter.pages.feed_items import MOST_ITEMS
from tests.pages.feeds import one_item, read, refusal, rss


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
        ("punycode", "punycode", "windows-1252"),
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
    began = time.process_time()
    read(rss(f"<item><title>a</title><description>{unit * (200_000 // len(unit))}</description></item>"))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("unit", ["<x/>", "<title>a</title>", "<category>a</category>", "<item/>", ">"])
def test_what_is_never_read_takes_little_time(unit: str) -> None:
    items = f"<item><title>a</title>{unit * (500_000 // len(unit))}</item>"
    began = time.process_time()
    assert len(read(rss(items)).items) <= MOST_ITEMS
    assert time.process_time() - began < 3
