"""What differs between two documents, by section and by item; as little as possible counts as moved."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.document import Document, loads
from newsletter.document.walk import texts
from newsletter.issues.diff import Change, DocumentDiff, ItemDiff, Piece, diff_documents
from newsletter.issues.diff.sequence import in_order
from newsletter.issues.diff.words import diff_words, shorten
from tests.document.strategies import documents

NEWS = {
    "Bergen": "The first boat left at dawn, with a brass band on board.",
    "Cádiz": "Two museums will share one director from next year on.",
    "Izmir": "Schools stay closed on Monday because of the heat.",
    "Naples": "Nobody was hurt when the old crane fell over.",
    "Ostend": "Cyclists get a bridge of their own; work begins in March.",
    "Porto": "A treaty about fishing quotas was signed after nine rounds of talks.",
}
TOWNS = tuple(NEWS)


def story(town: str, **fields: Any) -> dict[str, Any]:
    return {
        "headline": f"News from {town}",
        "url": f"https://news.example.org/{town}",
        "blurb": NEWS[town],
    } | fields


def links(*stories: dict[str, Any], section_id: str = "digest", title: str = "Digest") -> dict[str, Any]:
    return {"type": "links", "id": section_id, "title": title, "items": list(stories)}


def document(*sections: dict[str, Any], **fields: Any) -> Document:
    return loads(json.dumps({"title": "Week one", "sections": sections} | fields))


def diff_sections(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> DocumentDiff:
    return diff_documents(document(*before), document(*after))


def items(difference: DocumentDiff) -> list[ItemDiff]:
    return [item for section in difference.sections for item in section.items]


def told(difference: DocumentDiff) -> list[tuple[Change, str]]:
    return [(item.change, item.title.rpartition(" ")[2]) for item in items(difference)]


def marked(pieces: tuple[Piece, ...]) -> str:
    marks = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "[+{}+]"}
    return "".join(marks[piece.change].format(piece.text) for piece in pieces)


def test_fields_of_the_issue_are_compared_by_their_words() -> None:
    before = document(subject="The ferry leaves at dawn", language="en")
    after = document(subject="The ferry leaves at noon", summary="A new line.", language="en")
    subject, summary = diff_documents(before, after).fields
    assert (subject.name, subject.before, subject.after) == ("subject", before.subject, after.subject)
    assert marked(subject.pieces) == "The ferry leaves at [-dawn-][+noon+]"
    assert (summary.name, summary.before, marked(summary.pieces)) == ("summary", "", "[+A new line.+]")


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        ("the old man", "a new man", "[-the old-][+a new+] man"),
        ("one two three", "one three", "one [-two -]three"),
        ("one", "one two", "one[+ two+]"),
        ("one two", "one", "one[- two-]"),
        ("https://a.example/x", "https://a.example/y", "[-https://a.example/x-][+https://a.example/y+]"),
        ("今天天气很好", "今天天气不好", "今天天气[-很-][+不+]好"),
        ("one two three", "uno due tre", "[-one two three-][+uno due tre+]"),
        ("a  b", "a b", "[-a  -][+a +]b"),
        ("hello there", "", "[-hello there-]"),
    ],
)
def test_words(before: str, after: str, marks: str) -> None:
    assert marked(diff_words(before, after)) == marks


@given(st.text(st.sampled_from("ab \n.的"), max_size=30), st.text(st.sampled_from("ab \n.的"), max_size=30))
def test_pieces_hold_both_texts(before: str, after: str) -> None:
    pieces = diff_words(before, after)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.change is not Change.REMOVED) == after


def test_two_long_texts_without_anything_in_common_take_no_time() -> None:
    # 20,000 characters in other orders, of which a search for the shortest edit would try millions.
    pieces = diff_words("的 " * 10_000, "".join("是的一"[n * n % 7 % 3] for n in range(20_000)))
    assert {piece.change for piece in pieces} <= {Change.SAME, Change.REMOVED, Change.ADDED}


def test_long_common_runs_are_cut_beside_what_is_different() -> None:
    middle = "and so on " * 200
    shortened = shorten(diff_words(f"First {middle}end", f"Second {middle}finish"))
    assert marked(shortened).startswith("[-First-][+Second+] and so on")
    assert marked(shortened).endswith("so on [-end-][+finish+]")
    assert " … " in shortened[2].text
    assert len(shortened[2].text) < 400


def test_an_added_and_a_removed_story_show_all_they_have() -> None:
    bergen, porto = story("Bergen"), story("Porto", provenance={"outlet": "The Quay", "style": "reported"})
    [section] = diff_sections([links(bergen)], [links(porto)]).sections
    assert section.change is Change.SAME
    removed, added = section.items
    assert (removed.change, removed.path) == (Change.REMOVED, "sections[0].items[0]")
    assert added.change is Change.ADDED
    assert {field.name: field.after for field in added.fields} == {
        "headline": "News from Porto",
        "url": "https://news.example.org/Porto",
        "blurb": NEWS["Porto"],
        "provenance.outlet": "The Quay",
        "provenance.style": "reported",
    }


@pytest.mark.parametrize(
    "edited",
    [
        story("Bergen", headline="Bergen has a harbour"),
        story("Bergen", url="https://other.example/bergen"),
        story("Bergen", headline="", blurb="Something else entirely was written here."),
        story("Bergen", headline="Good news from Bergen", url="https://other.example/bergen"),
    ],
)
def test_an_edited_story_stays_the_same_story(edited: dict[str, Any]) -> None:
    difference = diff_sections([links(story("Porto"), story("Bergen"))], [links(story("Porto"), edited)])
    assert [item.change for item in items(difference)] == [Change.CHANGED]
    assert items(difference)[0].path == "sections[0].items[1]"


def test_a_story_that_somebody_had_begun_is_filled_in() -> None:
    difference = diff_sections([links({}, story("Porto"))], [links(story("Bergen"), story("Porto"))])
    assert told(difference) == [(Change.CHANGED, "Bergen")]


def test_few_stories_count_as_moved() -> None:
    before = [story(town) for town in TOWNS]
    last_first = [before[-1], *before[:-1]]
    assert told(diff_sections([links(*before)], [links(*last_first)])) == [(Change.MOVED, TOWNS[-1])]
    # What was inserted or removed moves nothing.
    assert told(diff_sections([links(*before[:3])], [links(story("Porto"), *before[1:3])])) == [
        (Change.REMOVED, TOWNS[0]),
        (Change.ADDED, "Porto"),
    ]


def test_a_story_moved_to_another_section_says_where_it_was() -> None:
    edited = story("Porto", blurb="A treaty about fishing quotas was signed.")
    other = {"section_id": "more", "title": "More"}
    difference = diff_sections(
        [links(story("Bergen"), story("Porto")), links(**other)],
        [links(story("Bergen")), links(edited, **other)],
    )
    [moved] = items(difference)
    assert (moved.change, moved.moved, moved.moved_from) == (Change.CHANGED, True, "Digest")
    assert [field.name for field in moved.fields] == ["blurb"]
    assert [section.id for section in difference.sections] == ["more"]


def test_sections_are_known_by_their_ids_else_by_their_titles_and_texts() -> None:
    text = {"type": "text", "text": "It was a week of small doors opening, and of one that closed."}
    before: list[dict[str, Any]] = [
        links(story("Porto")),
        text | {"id": "hello", "title": "Hello"},
        {"type": "divider", "id": "line"},
    ]
    after = [
        {"type": "divider", "id": "line"},
        text | {"id": "good-morning", "title": "Hello"},
        links(story("Porto"), title="The digest"),
    ]
    difference = diff_sections(before, after)
    rule, hello, digest = difference.sections
    assert [field.name for field in digest.fields] == ["title"]
    assert [field.name for field in hello.fields] == ["id"]
    assert [section.moved for section in (rule, hello, digest)].count(True) == 2
    renamed = diff_sections([text | {"id": "a", "title": "Hello"}], [text | {"id": "b", "title": "Ahoy"}])
    assert [section.change for section in renamed.sections] == [Change.CHANGED]
    assert difference.count(Change.ADDED) == difference.count(Change.REMOVED) == 0


def test_a_section_of_another_kind_is_another_section() -> None:
    difference = diff_sections(
        [{"type": "text", "id": "a", "text": "Hello"}, links(story("Porto"))],
        [{"type": "button", "id": "a", "label": "Hello", "url": "https://a.example/"}, links(story("Porto"))],
    )
    assert [(section.change, section.type) for section in difference.sections] == [
        (Change.REMOVED, "text"),
        (Change.ADDED, "button"),
    ]


def test_a_removed_section_does_not_remove_the_story_that_left_it() -> None:
    difference = diff_sections(
        [links(story("Porto"), story("Bergen"), section_id="old", title="Old"), links()],
        [links(story("Porto"))],
    )
    assert told(difference) == [(Change.REMOVED, "Bergen"), (Change.MOVED, "Porto")]


def test_statements_quotes_and_settings() -> None:
    quote = {"author": "Mira", "text": "Nine years.", "permalink": "https://s.example/1"}
    before: list[dict[str, Any]] = [
        {
            "type": "notice",
            "id": "n",
            "items": ["The harbour talks resume on Tuesday.", "Nominations close."],
        },
        {"type": "quotes", "id": "q", "items": [quote]},
        {"type": "latest", "id": "l", "limit": 5},
        {"type": "feature", "id": "f"},
    ]
    after: list[dict[str, Any]] = [
        {"type": "notice", "id": "n", "items": ["The harbour talks resume on Friday.", "Nominations close."]},
        {"type": "quotes", "id": "q", "items": [quote | {"author": "Mira Olsen", "date": "2026-05-13"}]},
        {"type": "latest", "id": "l", "limit": 3},
        {"type": "feature", "id": "f", "video": True, "image": {"src": "https://i.example/a.png"}},
    ]
    notice, quotes, latest, feature = diff_sections(before, after).sections
    assert marked(notice.items[0].fields[0].pieces) == "The harbour talks resume on [-Tuesday-][+Friday+]."
    assert [field.name for field in quotes.items[0].fields] == ["author", "date"]
    assert [(field.before, field.after) for field in latest.fields] == [("5", "3")]
    assert [(field.name, field.before, field.after) for field in feature.fields] == [
        ("image.src", "", "https://i.example/a.png"),
        ("video", "false", "true"),
    ]


@given(documents, documents)
def test_only_documents_that_say_the_same_do_not_differ(before: Document, after: Document) -> None:
    assert diff_documents(before, before).is_empty
    if diff_documents(before, after).is_empty:
        assert list(texts(before)) == list(texts(after))


@given(st.permutations(range(12)))
def test_what_stays_is_in_order_and_cannot_be_more(order: list[int]) -> None:
    kept = [order[index] for index in sorted(in_order(order))]
    assert kept == sorted(kept)
    longest = [1] * len(order)
    for index, place in enumerate(order):
        longest[index] = 1 + max((longest[k] for k in range(index) if order[k] < place), default=0)
    assert len(kept) == max(longest)
