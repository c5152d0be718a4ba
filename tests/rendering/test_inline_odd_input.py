"""Inline: odd input is inlined or refused, never half lost."""

import re
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from newsletter.core.errors import Refused
from newsletter.rendering.inline import inline
from tests.rendering.pages import page, style_of


@pytest.mark.parametrize(
    "html",
    [
        "",
        "   ",
        "<p>no body</p>",
        "<html><head></head></html>",
        "just text",
        "<html><frameset><frame></frameset></html>",
        "<!--<body>-->",
        "<body",
    ],
)
def test_html_without_a_body_is_refused(html: str) -> None:
    with pytest.raises(Refused) as refused:
        inline(html)
    assert refused.value.code == "html_unusable"
    assert "html" in refused.value.fields


@pytest.mark.parametrize("selector", ["p[", "p >> p", "..a", "p!", "x|p", "p:first-child:", "%"])
def test_a_rule_with_a_broken_selector_is_dropped_as_browsers_do(selector: str) -> None:
    html = inline(page("<p>x</p>", f"{selector}{{color:red}} p{{margin:0}}"))
    assert "red" not in style_of(html, "p")


def test_a_link_around_a_table_is_refused_because_it_would_be_lost() -> None:
    with pytest.raises(Refused, match="link"):
        inline(page('<a href="https://x.example/"><table><tr><td>x</td></tr></table></a>'))


def test_nesting_that_the_parser_would_cut_off_is_refused() -> None:
    assert ">deep<" in inline(page("<div>" * 200 + "deep" + "</div>" * 200))
    with pytest.raises(Refused, match="nested"):
        inline(page("<div>" * 300 + "deep" + "</div>" * 300))


VISIBLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80)


@given(VISIBLE)
@example("&lt;")
@example("}{;:@media")
def test_words_pass_unchanged(words: str) -> None:
    html = inline(page(f"<p class='a'>{escape(words)}</p>", ".a{color:red}"))
    paragraph = etree.fromstring(html, etree.HTMLParser()).find(".//p")
    assert (paragraph.text or "") == re.sub("[ ]{2,}", " ", words)


@given(
    st.text(alphabet="ab.p#:@{}();,'\"/*\\ !<>-=&\n", max_size=50),
    st.text(alphabet="abp<>/!-[]= '\"&", max_size=40),
)
def test_odd_input_is_inlined_or_refused(css: str, body: str) -> None:
    try:
        html = inline(page(body, css))
    except Refused:
        return
    assert html.startswith("<!doctype html>")
