"""Answers read as pages: charsets, canonical URLs, text, broken and hostile HTML."""

import json
import time

import pytest

from newsletter.pages.metadata import read_metadata
from newsletter.pages.page import Page, PageFields
from newsletter.pages.read import LONGEST_TEXT, choose_canonical, read_response
from newsletter.pages.response import Response
from tests.pages.hostile_pages import HOSTILE

URL = "https://www.harbourgazette.example/news/ferry-is-back"


def read(body: str | bytes, *, charset: str = "", url: str = URL) -> Page:
    octets = body.encode() if isinstance(body, str) else body
    return read_response(Response(url, 200, {}, octets, "text/html", charset))


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        ("utf-8", "", ""),
        ("utf-8-sig", "iso-8859-1", ""),
        ("utf-16", "", ""),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "", "windows-1252"),
        ("cp1252", "utf-8", "utf-8"),
        ("utf-8", "no-such-charset", ""),
        ("utf-8", "base64", ""),
        ("utf-8", "", "rot13"),
        ("cp1252", "", "undefined"),
        ("cp1252", "punycode", "punycode"),
    ],
)
def test_charsets(encoding: str, header: str, meta: str) -> None:
    tag = f'<meta charset="{meta}">' if meta else ""
    body = f"<html><head>{tag}<title>Fähre fährt</title></head><h1>Fähre fährt</h1><p>„Größe“ – schön</p>"
    assert read(body.encode(encoding), charset=header).fields.headline == "Fähre fährt"


@pytest.mark.parametrize(
    ("encoding", "headline"),
    [("cp932", "灯台の灯り、百年ぶりに点灯"), ("gbk", "九年后轮渡恢复通航"), ("cp1251", "Паром снова ходит")],
)
def test_a_charset_that_nobody_declares_is_detected(encoding: str, headline: str) -> None:
    body = f"<html><h1>{headline}</h1>{f'<p>{headline}</p>' * 40}".encode(encoding)
    assert read(body).fields.headline == headline


@pytest.mark.parametrize(
    ("declared", "canonical"),
    [
        (["https://harbourgazette.example/ferry"], "https://harbourgazette.example/ferry"),
        (["https://other.example/ferry", "https://m.harbourgazette.example/f"], "https://m.harbourgazette.example/f"),
        (["https://other.example/ferry"], URL),
        (["https://www.harbourgazette.example/"], URL),
        (["javascript:alert(1)"], URL),
        ([], URL),
    ],
)  # fmt: skip
def test_which_address_is_canonical(declared: list[str], canonical: str) -> None:
    assert choose_canonical(declared, URL) == canonical


def test_the_canonical_url_has_no_tracking() -> None:
    page = read("<h1>Ferry</h1>", url=f"{URL}?utm_source=x&page=2")
    assert page.canonical_url == f"{URL}?page=2"
    assert page.url == f"{URL}?utm_source=x&page=2"


def test_the_text_is_the_articles() -> None:
    paragraph = "The ferry left at six in the morning, with two hundred people on board and a band. "
    body = f"<nav>Menu</nav><article><h1>Ferry</h1>{f'<p>{paragraph * 3}</p>' * 5}</article>"
    text = read(body).text
    assert paragraph.strip() in text
    assert "Menu" not in text
    assert len(read(f"<article>{f'<p>{paragraph * 9}</p>' * 2_000}</article>").text) <= LONGEST_TEXT


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Ferry is back",
    "author": {"name": "Jane Doe"},
    "datePublished": "2026-11-27",
}


@pytest.mark.parametrize(
    "script",
    [
        json.dumps(ARTICLE),
        json.dumps([ARTICLE]),
        json.dumps({"@graph": [{"@type": "WebPage"}, ARTICLE]}),
        json.dumps({"@type": "WebPage", "mainEntity": ARTICLE}),
        json.dumps(ARTICLE | {"@type": "https://schema.org/NewsArticle"}),
        json.dumps(ARTICLE | {"author": ["Jane Doe"]}),
        f"<!-- {json.dumps(ARTICLE)} -->",
        f"//<![CDATA[\n{json.dumps(ARTICLE)}\n//]]>",
        f"/* made by a CMS */ {json.dumps(ARTICLE)};",
        json.dumps(ARTICLE, indent=1).replace("\n}", ",\n}"),
        json.dumps(ARTICLE | {"description": "two~lines"}).replace("~", "\n"),
    ],
)
def test_json_ld_as_it_is_really_written(script: str) -> None:
    fields = read_metadata(f'<script type="application/ld+json; charset=utf-8">{script}</script>', URL)
    assert (fields.headline, fields.byline, fields.published) == ("Ferry is back", "Jane Doe", "2026-11-27")


def test_one_broken_script_does_not_hide_the_next() -> None:
    scripts = ["{{{", "", "null", "[[1]]", '{"@type": 3}', json.dumps(ARTICLE)]
    html = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    assert read_metadata(html, URL).headline == "Ferry is back"


@pytest.mark.parametrize(
    "value", [None, 7, True, [], {}, [None], [[]], {"name": {"name": {"name": []}}}, "\0", "<"]
)
def test_values_of_any_type_break_nothing(value: object) -> None:
    names = ("headline", "author", "publisher", "image", "datePublished", "inLanguage", "description", "url")
    for name in names:
        script = json.dumps(ARTICLE | {name: value})
        read_metadata(f'<script type="application/ld+json">{script}</script>', URL)


def test_other_articles_of_a_page_are_not_taken_for_its_own() -> None:
    other = ARTICLE | {"url": "https://www.harbourgazette.example/news/pier", "headline": "Pier closes"}
    html = f'<h1>Ferry is back</h1><script type="application/ld+json">{json.dumps([other])}</script>'
    assert read_metadata(html, URL) == PageFields(headline="Ferry is back")


def test_a_title_of_two_thousand_characters() -> None:
    title = "The committee on the renaming of streets has agreed that " * 35
    fields = read_metadata(f"<title>{title}</title><h1>{title}</h1><p class=byline>By {title}</p>", URL)
    assert len(fields.headline) <= 300
    assert fields.headline.endswith("…")
    assert fields.byline == ""


def test_what_turns_texts_around_is_removed() -> None:
    html = "<meta name=description content='a\0b'><h1>Invoice \u202egpj.exe</h1>"
    html += "<p class=byline>By Bo\u200b Lee&#x202E;</p>"
    fields = read_metadata(html, URL)
    assert (fields.headline, fields.byline, fields.description) == ("Invoice gpj.exe", "Bo Lee", "ab")


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_html_costs_little(piece: str) -> None:
    """A quarter of a megabyte; ten are for `benchmarks/page_metadata.py`."""
    body = f"<html><body><h1>Ferry</h1>{piece * (250_000 // len(piece))}".encode()
    began = time.process_time()
    read(body)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "body", [b"", b"\0", b"<", b"\xff\xfe", b"<!DOCTYPE html>", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_what_is_hardly_a_page_breaks_nothing(body: bytes) -> None:
    assert read(body).fields.headline in ("", "\ufffd")
