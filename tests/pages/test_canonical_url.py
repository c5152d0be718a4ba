"""One URL for one page."""

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.pages.canonical_url import canonical_url, story_key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/story?utm_source=x&utm_medium=y", "https://a.example/story"),
        ("https://a.example/s?id=7&fbclid=abc&p=2", "https://a.example/s?id=7&p=2"),
        ("https://a.example/?p=123&mc_cid=1&mc_eid=2", "https://a.example/?p=123"),
        ("https://a.example/s?UTM_Source=x&%75tm_medium=y&gclid=", "https://a.example/s"),
        ("https://a.example/s?article&b=&&a=1", "https://a.example/s?article&b=&a=1"),
        ("https://a.example/s?ref=platformer.news&ref=12&source=rss", "https://a.example/s?ref=12"),
        ("https://a.example/s?a=1&copy=2&section=3", "https://a.example/s?a=1&copy=2&section=3"),
        ("https://a.example/s#part", "https://a.example/s"),
        ("https://a.example/s#:~:text=words", "https://a.example/s"),
        ("https://a.example/#!/story/1", "https://a.example/#!/story/1"),
        ("HTTPS://WWW.A.example:443/S", "https://www.a.example/S"),
        ("http://a.example:80", "http://a.example/"),
        ("http://a.example:443/", "http://a.example:443/"),
        (" https://a.example/s \n", "https://a.example/s"),
        ("https://Bücher.example/ä ö", "https://xn--bcher-kva.example/%C3%A4%20%C3%B6"),
        ("https://a.example/a/../b/%c3%a4", "https://a.example/b/%C3%A4"),
        (
            "https://web.archive.org/web/2020/https://b.example/x",
            "https://web.archive.org/web/2020/https://b.example/x",
        ),
        ("https://m.a.example/amp/story.amp?amp=1", "https://m.a.example/amp/story.amp?amp=1"),
        ("https://www.youtube.com/watch?v=a&si=b&t=42", "https://www.youtube.com/watch?v=a&t=42"),
        ("https://x.com/ana/status/1?s=20&t=abc", "https://x.com/ana/status/1"),
        ("https://shop.example/?s=20&t=abc&si=1", "https://shop.example/?s=20&t=abc&si=1"),
        ("http://[2606:2800::1]:8080/", "http://[2606:2800::1]:8080/"),
        ("mailto:ana@a.example", "mailto:ana@a.example"),
        ("not a URL", "not a URL"),
        ("http://[::1/", "http://[::1/"),
        ("http://a.example:port/", "http://a.example:port/"),
    ],
)
def test_canonical_urls(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "parameter",
    [
        *("id=1", "p=2", "story=3", "article=4", "gallery=5", "reference=12", "glossary=a", "cid=7", "uid=8"),
        *("eid=9", "keywords=b", "page=2", "lang=de", "session=3", "campaign=x", "source=12", "medium=oil"),
        *("ref=commit/1", "section=a", "v=abc", "q=news", "clip=1", "ads=1"),
    ],
)
def test_what_selects_the_page_stays(parameter: str) -> None:
    url = f"https://a.example/s?{parameter}"
    assert canonical_url(f"{url}&utm_campaign=z") == url


@pytest.mark.parametrize(
    "wrapper",
    [
        "https://www.google.com/url?sa=t&q={}&usg=abc",
        "https://www.google.co.uk/url?url={}",
        "https://l.facebook.com/l.php?u={}&h=AT0",
        "https://t.umblr.com/redirect?z={}&t=abc",
        "https://www.youtube.com/redirect?event=video&q={}",
        "https://out.reddit.com/t3_abc?url={}&token=x",
        "https://eur01.safelinks.protection.outlook.com/?url={}&data=05",
        "https://duckduckgo.com/l/?uddg={}",
    ],
)
def test_wrapped_links(wrapper: str) -> None:
    target = "https://a.example/s?id=7"
    once = wrapper.format(quote(f"{target}&utm_source=w", safe=""))
    assert canonical_url(once) == target
    assert canonical_url(f"https://l.facebook.com/l.php?u={quote(once, safe='')}") == target


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=cats",
        "https://www.google.com/search?q=https://a.example/",
        "https://notgoogle.example/url?q=https://a.example/",
        "https://a.example/l.php?u=https://b.example/",
    ],
)
def test_what_wraps_nothing(url: str) -> None:
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example/story?b=2&a=1",
        "https://www.news.example/story/?a=1&b=2#comments",
        "HTTPS://News.Example:443/story?a=1&utm_source=x&b=2",
    ],
)
def test_urls_of_one_story(other: str) -> None:
    assert story_key(other) == story_key("https://news.example/story?a=1&b=2")


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/Story",
        "https://news.example/story?a=2",
        "https://news.example/story?a=1&a=1",
        "https://m.news.example/story?a=1",
        "https://news.example:8443/story?a=1",
        "https://news.example/#!story?a=1",
    ],
)
def test_urls_of_different_stories(other: str) -> None:
    assert story_key(other) != story_key("https://news.example/story?a=1")


TEXT = st.text(max_size=12)
PARTS = st.sampled_from(
    [
        *(
            "http://",
            "HTTPS://",
            "www.",
            "a.example",
            "ü.example",
            "google.com/url?q=",
            "utm_source=",
            "id=1",
        ),
        *(
            "l.facebook.com/l.php?u=",
            "/",
            "//",
            "?",
            "&",
            "#",
            "#!",
            "%3F",
            "%26",
            "%23",
            "%2523",
            "%20",
            ";",
        ),
        *(":80", ":443", "@", "[", "..", "\\"),
    ]
)


@given(st.lists(PARTS | TEXT, max_size=14).map("".join))
def test_once_is_enough(text: str) -> None:
    for url in (text, f"https://a.example/{text}", f"https://www.google.com/url?q={text}"):
        once = canonical_url(url)
        assert canonical_url(once) == once
        assert story_key(once) == story_key(url)


def test_a_long_url_is_quick() -> None:
    began = time.process_time()
    canonical_url("https://www.google.com/url?q=" * 2_000 + "https://a.example/" + "?utm_a=b" * 20_000)
    canonical_url("https://www.google.com/url?q=" * 250 + "https://a.example/")
    assert time.process_time() - began < 1
