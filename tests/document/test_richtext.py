"""Rich text: a little Markdown, and never more than that."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.document.merge import TOKENS, Substitution
from newsletter.document.richtext import escape, link_urls, to_html, to_inline_html, to_plain
from tests.document.strategies import lines

SHOUT = Substitution(lambda field: f"<{field.name}>", lambda field: f"part-{field.name}")


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("a **b** *c*", "<p>a <strong>b</strong> <em>c</em></p>", "a b c"),
        ("a\nb", "<p>a<br>\nb</p>", "a\nb"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>", "a\n\nb"),
        (
            "[a](https://x.y/?b=1&c=2)",
            '<p><a href="https://x.y/?b=1&amp;c=2">a</a></p>',
            "a (https://x.y/?b=1&c=2)",
        ),
        ("[https://x.y](https://x.y)", '<p><a href="https://x.y">https://x.y</a></p>', "https://x.y"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "- a\n- b"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>', "3. a\n4. b"),
        ("x\n\n- a\n  - b\n- c", None, "x\n\n- a\n  - b\n- c"),
        ("1 * 2 * 3 \\*x\\*", "<p>1 * 2 * 3 *x*</p>", "1 * 2 * 3 *x*"),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>", "<b>x</b> & y"),
        ("# x\n> y\n`z` ~~u~~ ![i](https://x.y/i.png)", None, None),
        ("[a]()", "<p>a</p>", "a"),
        ("", "", ""),
    ],
)
def test_forms(text: str, html: str | None, plain: str | None) -> None:
    assert html is None or to_html(text) == html
    assert plain is None or to_plain(text) == plain


def test_other_markdown_is_plain_text() -> None:
    html = to_html("# x\n> y\n`z` ~~u~~ <https://x.y>\n\n---\n\n    code")
    assert set(re.findall(r"</?(\w+)", html)) == {"p", "br"}


@given(st.text(st.sampled_from("*_[]()<>!`\\-1. \nab{}&\"'/:https"), max_size=60) | lines)
def test_nothing_but_the_allowed_elements_comes_out(text: str) -> None:
    if "{{" in text or "}}" in text:
        text = text.replace("{", "").replace("}", "")
    for tag, attributes in re.findall(r"<(/?\w+)([^>]*)>", to_html(text)):
        assert tag.strip("/") in {"p", "br", "strong", "em", "a", "ul", "ol", "li"}
        assert re.fullmatch(r'( href="(https?:|mailto:)?[^"]*"| start="\d+")?', attributes)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "JaVaScRiPt:x"])
def test_dangerous_links_never_come_out(url: str) -> None:
    assert "href" not in to_html(f"[x]({url})")


def test_merge_fields_are_filled_as_words_and_as_parts_of_urls() -> None:
    text = '**{{ name | default: "*x*" }}** [a](https://x.y/?n={{ name | default: "p q" }})'
    assert (
        to_html(text, SHOUT)
        == '<p><strong>&lt;name&gt;</strong> <a href="https://x.y/?n=part-name">a</a></p>'
    )
    assert to_plain(text, SHOUT) == "<name> a (https://x.y/?n=part-name)"
    assert to_html(text) == '<p><strong>*x*</strong> <a href="https://x.y/?n=p%20q">a</a></p>'
    assert link_urls(text) == ['https://x.y/?n={{ name | default: "p q" }}']


@given(lines)
def test_escaped_text_reads_as_it_was_typed(text: str) -> None:
    words = " ".join(text.split())
    expected = TOKENS.words(words)
    assert to_plain(escape(words), TOKENS) == expected
    assert "<" not in to_inline_html(escape(words), Substitution(lambda _: "", lambda _: "")).replace(
        "&lt;", ""
    )


def test_one_line_has_no_paragraph_around_it() -> None:
    assert to_inline_html("*a* [b](https://x.y)") == '<em>a</em> <a href="https://x.y">b</a>'


def test_labels_alone() -> None:
    assert to_plain("a [b](https://x.y) c", links=False) == "a b c"
