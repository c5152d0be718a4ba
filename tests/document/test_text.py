"""The text form of a document: exact, stable, and clear about what is wrong with it."""

import json

import pytest
from hypothesis import given

from newsletter.document import Document, DocumentInvalid, dumps, loads
from newsletter.document.blocks import BLOCKS
from newsletter.document.reading import DEEPEST, LARGEST, read
from tests.document.strategies import document_texts, documents


@given(documents)
def test_import_gives_back_what_was_exported(document: Document) -> None:
    assert loads(dumps(document)) == document


@given(document_texts)
def test_export_gives_back_what_was_imported_to_the_byte(text: str) -> None:
    exported = dumps(loads(text))
    assert dumps(loads(exported)).encode() == exported.encode()


@given(documents)
def test_an_export_is_utf8_json_that_git_can_show_line_by_line(document: Document) -> None:
    text = dumps(document)
    assert text.encode("utf-8").decode("utf-8") == text
    assert text.endswith("\n}\n")
    assert list(json.loads(text))[:2] == ["version", "title"]


def test_defaults_are_left_out_and_the_version_is_not() -> None:
    assert dumps(Document(title="A")) == '{\n  "version": 1,\n  "title": "A",\n  "slug": "a"\n}\n'


def test_a_section_begins_with_its_type() -> None:
    document = Document(title="A", sections=(BLOCKS["links"].example(),))
    assert list(json.loads(dumps(document))["sections"][0])[:3] == ["type", "id", "title"]


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert loads('\ufeff{"title": "A"}') == Document(title="A")


def problems(text: str) -> dict[str, str]:
    with pytest.raises(DocumentInvalid) as caught:
        loads(text)
    assert caught.value.message
    return caught.value.fields


def body(**section: object) -> str:
    return json.dumps({"title": "A", "sections": [{"type": "divider"}, section]})


ITEM = "sections[1].items[0]"


@pytest.mark.parametrize(
    ("text", "path", "sentence"),
    [
        ("{}", "title", "This field is missing."),
        ('{"title": " "}', "title", "This must not be empty."),
        ('{"title": 3}', "title", "Write text here, in quotation marks."),
        ('{"title": "a\\nb"}', "title", "Keep this on one line."),
        ('{"title": "a\\u0000b"}', "title", "Remove the control characters from this text."),
        ('{"title": "\\ud83d"}', "title", "This text contains a broken character."),
        ('{"title": "A", "version": 2}', "version", "Use 1."),
        ('{"title": "A", "tilte": "B"}', "tilte", "There is no field of this name here."),
        ('{"title": "A", "language": "English"}', "language", "a language code such as en or pt-BR"),
        ('{"title": "A", "slug": "A B"}', "slug", "Use lower-case letters, digits and dashes."),
        ('{"title": "A", "sections": {}}', "sections", "Write a list here."),
        ('{"title": "A", "sections": [[]]}', "sections[0]", "Write an object here."),
        ('{"title": "A", "sections": [{}]}', "sections[0]", "Give the type of this section"),
        ('{"title": "A", "x": 1e999}', "x", "This number is too large."),
        (body(type="poll"), "sections[1]", "There is no section type “poll”. Known: notice, links,"),
        (body(type="divider", id="Not An Id"), "sections[1].id", "lower-case letters, digits and dashes"),
        (
            body(type="links", items=[{"url": "ftp://x"}]),
            f"{ITEM}.url",
            "must begin with https:// or http://.",
        ),
        (body(type="links", items=[{"url": "/news"}]), f"{ITEM}.url", "must begin with https:// or http://."),
        (body(type="links", items=[{"url": "https:///x"}]), f"{ITEM}.url", "no valid host name"),
        (body(type="links", items=[{"url": "https://x.y:99999"}]), f"{ITEM}.url", "not a valid link"),
        (body(type="links", items=[{"url": "https://x.y/a b"}]), f"{ITEM}.url", "cannot contain spaces"),
        (body(type="links", items=[{"url": "https://me:pw@x.y/"}]), f"{ITEM}.url", "user name or password"),
        (body(type="links", items=[{"url": "javascript:alert(1)"}]), f"{ITEM}.url", "must begin with https"),
        (body(type="links", items=[{"url": "https://{{ name }}.x.y/"}]), f"{ITEM}.url", "host name"),
        (body(type="links", items=[{"headline": "x" * 301}]), f"{ITEM}.headline", "at most 300 characters"),
        (body(type="links", items=[{}] * 101), "sections[1].items", "at most 100"),
        (body(type="links", items=[{"blurb": "[x](/y)"}]), f"{ITEM}.blurb", "In the link to “/y”"),
        (
            body(type="links", items=[{"image": {"src": "http://x.y/i.png"}}]),
            f"{ITEM}.image.src",
            "https://.",
        ),
        (body(type="links", items=[{"image": {"src": "media:../x"}}]), f"{ITEM}.image.src", "uploaded image"),
        (
            body(type="links", items=[{"provenance": {"style": "x"}}]),
            f"{ITEM}.provenance.style",
            "according_to",
        ),
        (body(type="links", items="x"), "sections[1].items", "Write a list here."),
        (body(type="quotes", items=[{"date": "14 May"}]), f"{ITEM}.date", "Enter a date like 2026-05-14."),
        (body(type="latest", limit=0), "sections[1].limit", "at least 1"),
        (body(type="latest", limit="5"), "sections[1].limit", "Enter a whole number."),
        (body(type="feature", video="yes"), "sections[1].video", "Write true or false here."),
        (body(type="button", url="mailto:nobody"), "sections[1].url", "mailto:name@example.org"),
        (body(type="button", url="mailto:{{ email }}"), "sections[1].url", "mailto:name@example.org"),
        (body(type="image", image=None), "sections[1].image", "Write an object here."),
        (
            body(type="text", text="Dear {{ nickname }}"),
            "sections[1].text",
            "no merge field called “nickname”",
        ),
        (body(type="text", text="a [b](javascript:c)"), "sections[1].text", "In the link to “javascript:c”"),
        (body(type="text", text="- " * 12 + "a"), "sections[1].text", "at most 9 levels"),
        (body(type="text", text="*" * 50 + "a" + "*" * 50), "sections[1].text", "at most 20 levels"),
        (body(type="text", text="- a\n" * 4_500), "sections[1].text", "at most 4,000"),
        (body(type="text", title="Save\u202eevas"), "sections[1].title", "Character 5, the invisible U+202E"),
        (body(type="text", text="a\u202eb"), "sections[1].text", "Character 2, the invisible U+202E"),
        (body(type="quotes", items=[{"author": "A\u200b"}]), f"{ITEM}.author", "cannot be seen"),
        (body(type="text", text="Dear {{ name"), "sections[1].text", "not a complete merge field"),
        (body(type="text", visibility={"topics": ["A B"]}), "sections[1].visibility.topics[0]", "a key of"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, path: str, sentence: str) -> None:
    found = problems(text)
    assert list(found) == [path]
    assert sentence in found[path]


def test_every_problem_is_told_at_once() -> None:
    found = problems(body(type="links", items=[{"url": "x", "headline": 1}], extra=1))
    assert set(found) == {f"{ITEM}.url", f"{ITEM}.headline", "sections[1].extra"}


def test_a_second_section_of_the_same_id_is_told() -> None:
    text = '{"title": "A", "sections": [{"type": "text", "id": "a"}, {"type": "text", "id": "a"}]}'
    assert problems(text) == {"sections[1].id": "Another section already has the id “a”."}


def test_malformed_json_is_told_with_line_and_column() -> None:
    assert list(problems('{\n  "title": "A",\n}')) == ["line 3, column 1"]


@pytest.mark.parametrize(
    ("text", "place", "sentence"),
    [
        ('{\n  "title": NaN\n}', "line 2, column 12", "NaN is not valid JSON."),
        ('{"title": "NaN",\n "x": [1, -Infinity]}', "line 2, column 11", "-Infinity is not valid JSON."),
        (
            '{"title": "A", "x": {"title": 1},\n "ti\\u0074le": 2}',
            "line 2, column 2",
            "The field “title” appears twice in the same object.",
        ),
    ],
)
def test_what_only_python_takes_for_json_is_told_with_its_place(text: str, place: str, sentence: str) -> None:
    assert problems(text) == {place: sentence}


def test_what_was_accepted_before_can_still_be_read() -> None:
    marks = "*" * 60
    text = body(type="text", title="a\u200bb", text=f"[x](javascript:y) \u202e {marks}a{marks}")
    assert set(problems(text)) == {"sections[1].title", "sections[1].text"}
    assert dumps(loads(text, stored=True)) == dumps(loads(dumps(loads(text, stored=True)), stored=True))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "A document is an object"),
        ('"x"', "A document is an object"),
        ("null", "A document is an object"),
        ("", "not valid JSON"),
        ('{"title": NaN}', "NaN is not valid JSON"),
        ('{"title": -Infinity}', "-Infinity is not valid JSON"),
        ('{"title": "A", "title": "B"}', "appears twice"),
        ("[" * 200_000, "nested too deeply"),
        ('{"title": "A", "x": %s}' % ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)), "nested too deeply"),
        ('{"title": "A", "x": %s}' % ("9" * 5_000), "too large"),
        ('{"title": "%s"}' % ("x" * LARGEST), "too large: at most 2 MB"),
        ('{"\\ud800": 1, "title": "A"}', "broken character"),
    ],
)
def test_what_is_no_document_at_all_is_refused(text: str, message: str) -> None:
    with pytest.raises(DocumentInvalid, match=message):
        loads(text)


@pytest.mark.parametrize("value", [b"x", object(), {1, 2}])
def test_python_values_that_are_not_json_are_refused(value: object) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        read({"title": "A", "subject": value})
    assert caught.value.fields == {"subject": "This is not a JSON value."}
