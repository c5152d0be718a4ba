"""The document: what is made where it is missing, and what never changes."""

import pytest
from pydantic import ValidationError

from newsletter.document import Document, loads
from newsletter.document.blocks.latest import LatestSection
from newsletter.document.blocks.text import TextSection
from newsletter.document.item import Item


def test_missing_ids_come_from_titles_then_types_and_differ() -> None:
    titled = TextSection(type="text", title="Wochenschau: Süden")
    document = Document(
        title="A", sections=(titled, titled, TextSection(type="text"), TextSection(type="text"))
    )
    ids = [section.id for section in document.sections]
    assert ids == ["wochenschau-suden", "wochenschau-suden-2", "text", "text-2"]


def test_given_ids_are_kept_and_avoided() -> None:
    document = Document(
        title="A",
        sections=(TextSection(type="text", id="text-2"), TextSection(type="text"), TextSection(type="text")),
    )
    assert [section.id for section in document.sections] == ["text-2", "text", "text-3"]


def test_an_id_given_later_is_not_taken_by_an_earlier_section() -> None:
    document = Document(title="A", sections=(TextSection(type="text"), TextSection(type="text", id="text")))
    assert [section.id for section in document.sections] == ["text-2", "text"]


def test_a_missing_slug_comes_from_the_title() -> None:
    assert Document(title='Hello {{ name | default: "World" }}').slug == "hello-world"
    assert Document(title="***").slug == "issue"
    assert Document(title="A", slug="my-own").slug == "my-own"


def test_a_draft_with_empty_fields_is_a_document() -> None:
    drafts = '{"type": "links", "items": [{}]}, {"type": "image"}, {"type": "button"}'
    assert len(loads(f'{{"title": "A", "sections": [{drafts}]}}').sections) == 3


def test_a_document_cannot_be_changed_in_place() -> None:
    document = Document(title="A")
    with pytest.raises(ValidationError):
        document.title = "B"  # type: ignore[misc]


def test_latest_counts_what_stands_only_on_the_web_page() -> None:
    section = LatestSection(type="latest", limit=5, items=tuple(Item(headline=str(n)) for n in range(17)))
    assert (len(section.shown), section.overflow) == (5, 12)
    assert LatestSection(type="latest", limit=5, items=(Item(),)).overflow == 0
