"""Directions of writing: of whole texts, and of names and numbers inside a line."""

import re
from typing import Any

import pytest
from lxml import html as lxml_html

from newsletter.document.merge import MergeField
from newsletter.document.reading import read
from newsletter.rendering.compile import compile_message
from newsletter.rendering.compose import Composed, compose
from newsletter.rendering.direction import (
    address_lines,
    direction_of,
    is_turned,
    isolate_ltr_in_html,
    isolate_phones_in_text,
    isolates_as_html,
)
from newsletter.rendering.headers import MessageHeaders
from newsletter.rendering.inline import inline
from newsletter.rendering.message import CompiledMessage
from newsletter.rendering.themes import THEMES
from tests.rendering.issues import issue_of


def composed(language: str, subject: str = "S", **section: Any) -> Composed:
    document = read({"title": "T", "subject": subject, "language": language, "sections": [section]})
    return compose(issue_of(document=document))


def compiled(language: str, subject: str, text: str) -> CompiledMessage:
    made = composed(language, subject, type="text", text=text)
    return compile_message(
        made.html, made.text, made.subject, MessageHeaders(from_email="n@example.org"), made.slots
    )


@pytest.mark.parametrize(
    ("text", "around", "direction", "turned"),
    [
        ("It left", "ltr", "auto", False),
        ("عادت", "ltr", "auto", True),
        ("WHO: عادت العبارة إلى الميناء", "rtl", "rtl", False),
        ("العربية says that it left", "rtl", "ltr", True),
        ("[عادت](https://news.example.org/a-long-address)", "ltr", "auto", True),
        (str(MergeField("name", "du")) + "، عادت العبارة", "ltr", "rtl", True),
        (str(MergeField("name")), "rtl", "auto", False),
        ("12:3 🎉", "rtl", "rtl", False),
        ("اكتبوا إلى the.whole.harbour.desk@northport.example", "rtl", "auto", False),
        ("شكراً @northport_harbour_office", "rtl", "auto", False),
        ("انظر www.northport.example/timetable", "rtl", "auto", False),
    ],
)
def test_the_direction_of_a_text(text: str, around: str, direction: str, turned: bool) -> None:
    assert (direction_of(text, around), is_turned(text, around)) == (direction, turned)


def test_names_and_dates_of_a_source_are_isolated_where_directions_mix() -> None:
    item = {"headline": "H", "blurb": "B."}
    arabic = composed(
        "ar", type="links", items=[item | {"provenance": {"outlet": "The Post", "byline": "A & B"}}]
    )
    assert "<em><bdi>The Post</bdi></em> · بقلم <bdi>A &amp; B</bdi>" in arabic.html
    assert "\u2068The Post\u2069 · بقلم \u2068A & B\u2069" in arabic.text
    english = composed(
        "en", type="links", items=[item | {"provenance": {"outlet": "العربية", "byline": "Ana"}}]
    )
    assert "<em><bdi>العربية</bdi></em> · By Ana" in english.html
    plain = composed("en", type="links", items=[item | {"provenance": {"outlet": "The Post"}}])
    assert "<em>The Post</em></p>" in plain.html
    assert "\u2068" not in plain.text


def test_isolates_that_editors_typed_across_marks_stay_characters() -> None:
    assert (
        isolates_as_html("a \u2068b\u2069 <em>\u2068c</em>\u2069") == "a <bdi>b</bdi> <em>\u2068c</em>\u2069"
    )


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("هاتف +49 30 123456.", "هاتف [+49 30 123456]."),
        ("هاتف (030) 123-456", "هاتف [(030) 123-456]"),
        ("بين 1990-1995 و 2026-11-30", "بين 1990-1995 و 2026-11-30"),
        ("ثمنه 0,50", "ثمنه 0,50"),
    ],
)
def test_telephone_numbers_are_read_from_left_to_right(text: str, isolated: str) -> None:
    assert isolate_phones_in_text(text, "rtl") == isolated.replace("[", "\u2066").replace("]", "\u2069")
    assert isolate_ltr_in_html(text, "ltr") == isolated.replace("[", '<bdi dir="ltr">').replace("]", "</bdi>")
    assert isolate_ltr_in_html("Call +49 30 123456", "ltr") == "Call +49 30 123456"


@pytest.mark.parametrize(
    ("html", "isolated"),
    [
        ("انظر https://a.example/+4930123456/.", "انظر [https://a.example/+4930123456/]."),
        ("(https://a.example/?q=1&amp;r=2)", "([https://a.example/?q=1&amp;r=2])"),
        ('<a href="https://a.example/">www</a> عاد', '<a href="https://a.example/">www</a> عاد'),
        ("اكتبوا إلى desk+1@a.example، أو @desk_1.", "اكتبوا إلى [desk+1@a.example]، أو [@desk_1]."),
        ("@ليلى", "@ليلى"),
    ],
)
def test_addresses_are_read_from_left_to_right(html: str, isolated: str) -> None:
    assert isolate_ltr_in_html(html, "rtl") == isolated.replace("[", '<bdi dir="ltr">').replace("]", "</bdi>")
    # A mark after it would be taken for a part of it by who makes links of the URLs in plain text.
    assert isolate_phones_in_text(html, "rtl") == html


def test_a_quoted_url_keeps_its_slash_at_its_end() -> None:
    quote = {"author": "A", "text": "ساعدوهم: https://a.example/give/"}
    html = composed("ar", type="quotes", items=[quote]).html
    assert (
        '<a class="link" href="https://a.example/give/"><bdi dir="ltr">https://a.example/give/</bdi></a>'
        in html
    )


@pytest.mark.parametrize("theme", THEMES.keys())
@pytest.mark.parametrize(
    ("language", "statement", "side"), [("ar", "It left.", "left"), ("en", "عادت.", "right")]
)
def test_a_statement_in_the_other_direction_has_room_for_its_mark(
    theme: str, language: str, statement: str, side: str
) -> None:
    section: dict[str, Any] = {"type": "notice", "items": [statement]}
    document = read({"title": "T", "subject": "S", "language": language, "sections": [section]})
    tree = lxml_html.document_fromstring(inline(compose(issue_of(document=document, theme=theme)).html))
    (item,) = tree.xpath("//li")
    assert re.search(rf"(margin|padding)-{side}:[12][0-9]px", item.get("style"))


def test_each_line_of_an_address_has_its_own_direction() -> None:
    assert (
        address_lines("شارع البحر\n5 & 6 Pier", "rtl")
        == "<bdi>شارع البحر</bdi><br>\n<bdi>5 &amp; 6 Pier</bdi>"
    )


def test_readers_own_values_cannot_turn_a_line() -> None:
    message = compiled("en", '{{ name | default: "You" }}: 5 stories', "Dear {{ name }}, 5 stories.")
    arabic, english = {"name": "ليلى"}, {"name": "Zoë"}
    assert message.fill_subject(arabic) == "\u2068ليلى\u2069: 5 stories"
    assert message.fill_subject(english) == "Zoë: 5 stories"
    assert "Dear \u2068ليلى\u2069, 5 stories." in message.fill_text(arabic)
    assert "Dear Zoë, 5 stories." in message.fill_text(english)
    assert "Dear <bdi>ليلى</bdi>, 5" in message.fill_html(arabic)
    turned = message.fill_subject({"name": "a\u202egpj.exe"}) + message.fill_html({"name": "a\u202eb"})
    assert "\u202e" not in turned + message.fill_text({"name": "a\u202eb"})
    rtl = compiled("ar", "{{ name }}: 5 أخبار", "عزيزي {{ name }}، 5 أخبار")
    assert rtl.fill_subject({"name": "Ana"}) == "\u2068Ana\u2069: 5 أخبار"
    assert "عزيزي \u2068Ana\u2069، 5" in rtl.fill_text({"name": "Ana"})


def test_values_in_attributes_and_links_have_no_marks() -> None:
    section: dict[str, Any] = {
        "type": "image",
        "image": {"src": "https://a.example/i.png", "alt": "For {{ name }}"},
    }
    html = composed("en", **section, url="https://a.example/{{ name }}").html
    assert "<bdi>s" not in html
