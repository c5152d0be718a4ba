"""Markdown with front matter becomes a document, or says which line is wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.document import DocumentInvalid, dumps, loads
from newsletter.document.blocks.image import ImageSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.blocks.quotes import QuotesSection
from newsletter.document.blocks.text import TextSection
from newsletter.document.markdown import from_markdown

DIGEST = """\
---
title: Issue 41
subject: Hello {{ first_name | default: "reader" }}
preheader: "Three: things"
slug: forty-one
language: en
---

Dear {{ first_name | default: "reader" }},

some *words*.

- a plain
- list

## Weekly digest

- [Ferry *line* reopens](https://news.example.org/ferry_(north)?n={{ name | default: "a b" }}) – A boat left.
  A second follows. (The Harbour Post)
- **[Two rivals](https://news.example.org/treaty)**: They signed.
- [No blurb](https://news.example.org/3)

## Pictures

[![Lanterns on a pier](https://images.example.org/pier.jpg)](https://example.org/pier)
*The first crossing.*

---

## Overheard

> Nine years, and then one morning. #NorthernLine
> I cried.
>
> — Mira Olsen (@mira), Mastodon, 2026-05-13, https://social.example.org/@mira/1

> A second one.

## Still empty
"""


def sections(text: str) -> tuple[Any, ...]:
    return from_markdown(f"# T\n\n{text}").sections


def test_a_whole_digest() -> None:
    document = from_markdown(DIGEST)
    assert document.title == "Issue 41"
    assert document.subject == 'Hello {{ first_name | default: "reader" }}'
    assert document.preheader == "Three: things"
    assert (document.slug, document.language) == ("forty-one", "en")
    kinds = [(section.type, section.title) for section in document.sections]
    assert kinds == [
        ("text", ""),
        ("links", "Weekly digest"),
        ("image", "Pictures"),
        ("divider", ""),
        ("quotes", "Overheard"),
        ("text", "Still empty"),
    ]
    assert loads(dumps(document)) == document


def test_paragraphs_and_plain_lists_are_text() -> None:
    section = from_markdown(DIGEST).sections[0]
    assert isinstance(section, TextSection)
    assert section.text == (
        'Dear {{ first_name | default: "reader" }},\n\nsome *words*.\n\n- a plain\n- list'
    )


def test_list_entries_with_links_are_items() -> None:
    section = from_markdown(DIGEST).sections[1]
    assert isinstance(section, LinksSection)
    ferry, rivals, bare = section.items
    assert ferry.headline == "Ferry line reopens"
    assert ferry.url == 'https://news.example.org/ferry_(north)?n={{ name | default: "a b" }}'
    assert ferry.blurb == "A boat left.\nA second follows."
    assert ferry.provenance.outlet == "The Harbour Post"
    assert (rivals.headline, rivals.blurb) == ("Two rivals", "They signed.")
    assert (bare.headline, bare.blurb, bare.provenance.outlet) == ("No blurb", "", "")


def test_images_and_quotations() -> None:
    document = from_markdown(DIGEST)
    picture, overheard = document.sections[2], document.sections[4]
    assert isinstance(picture, ImageSection)
    assert picture.image.src == "https://images.example.org/pier.jpg"
    assert (picture.image.alt, picture.image.caption) == ("Lanterns on a pier", "The first crossing.")
    assert picture.url == "https://example.org/pier"
    assert isinstance(overheard, QuotesSection)
    first, second = overheard.items
    assert first.text == "Nine years, and then one morning. #NorthernLine\nI cried."
    assert (first.author, first.handle, first.network) == ("Mira Olsen", "@mira", "Mastodon")
    assert (str(first.date), first.permalink) == ("2026-05-13", "https://social.example.org/@mira/1")
    assert (second.author, second.text) == ("", "A second one.")


def test_a_heading_below_a_title_in_the_front_matter_names_a_section() -> None:
    document = from_markdown("---\ntitle: Week 9\n---\n# Harbour\n\na\n\n# Trains\n\nb")
    assert document.title == "Week 9"
    assert [section.title for section in document.sections] == ["Harbour", "Trains"]
    repeated = from_markdown("---\ntitle: Week 9\n---\n# Week 9\n\na")
    assert [section.title for section in repeated.sections] == [""]


def test_the_first_heading_is_the_title_where_there_is_no_front_matter() -> None:
    document = from_markdown("# Issue *41*\n\nHello")
    assert document.title == "Issue 41"
    assert [section.title for section in document.sections] == [""]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a\n\nb", ["text"]),
        ("a\n\n## B\n\nc", ["text", "text"]),
        ("Head\n----\n\na", ["text"]),
        ("- [a](https://x.y)\n- b", ["text"]),
        ("1. [a](https://x.y)", ["text"]),
        ("a\n\n***\n\nb", ["text", "divider", "text"]),
        ('![i](media:a.png "Caption")', ["image"]),
        (r"\<b>html\</b> and \`code\`", ["text"]),
        ("# One\n\na\n\n# Two\n\nb", ["text", "text"]),
        ("- [a](https://x.y)\r\n- [b](https://x.z)\r\n", ["links"]),
    ],
)
def test_what_becomes_what(text: str, kinds: list[str]) -> None:
    assert [section.type for section in sections(text)] == kinds


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ("", "line 1", "Start with front matter"),
        ("Hello", "line 1", "Start with front matter"),
        ("---\ntitle: x", "line 1", "The front matter has no end."),
        ("---\ntitle: x\nauthor: y\n---\n", "line 3", "There is no field “author”. Known: title,"),
        ("---\ntitle: x\ntitle: y\n---\n", "line 3", "“title” appears twice."),
        ("---\ntitle: a: b\n---\n", "line 2", "Put the text after the colon in quotes"),
        ("---\ntitle: x\nsubject: We are #2\n---\n", "line 3", "“#” starts a comment"),
        ("---\ntitle: #3 of May\n---\n", "line 2", "“#” starts a comment"),
        ("---\ntitle: x\nsummary: a\n  #b\n---\n", "line 4", "“#” starts a comment"),
        ("---\ntitle: !wow it works\n---\n", "line 2", "“!” means something in YAML"),
        ("---\ntitle: [a]\n---\n", "line 2", "must be one line of text"),
        ("---\n- a\n---\n", "line 2", "must be lines like"),
        ("---\ntitle: x\nlanguage: english please\n---\n", "language", "a language code"),
        ("---\ntitle: x\nsubject: '{{ nobody }}'\n---\n", "subject", "no merge field called “nobody”"),
        ("---\ntitle: x\n---\n\nDear {{ nobody }}", "line 5", "no merge field called “nobody”"),
        ("# T\n\nx\n\n- [a](https://x.y)\n- [b](ftp://x.y)", "line 6", "must begin with https://"),
        ("# T\n\n[a](/b)", "line 3", "In the link to “/b”"),
        ("# T\n\n![a](http://x.y/i.png)", "line 3", "must begin with https://"),
        ("# T\n\n```\ncode\n```", "line 3", "Code blocks are not allowed"),
        ("# T\n\n> x\n> — y, 2026-99-99", "line 3", "Enter a date"),
        ("# T\n\n## " + "x" * 301, "line 3", "at most 300 characters"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, place: str, sentence: str) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        from_markdown(text)
    assert list(caught.value.fields) == [place]
    assert sentence in caught.value.fields[place]
    assert caught.value.message.lower().startswith(place)


@given(
    st.text(
        st.sampled_from('#-*>[]()!`\n ab:/. {}|"—~=\\1') | st.characters(exclude_categories=["Cs"]),
        max_size=80,
    )
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = from_markdown(f"# T\n\n{text}")
    except DocumentInvalid:
        return
    assert loads(dumps(document)) == document


@given(st.text(max_size=60))
def test_any_front_matter_is_read_or_refused(text: str) -> None:
    try:
        document = from_markdown(f"---\n{text}\n---\nHello")
    except DocumentInvalid:
        return
    assert document.title.strip()
