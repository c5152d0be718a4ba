"""Walking: every text, link and image, each with its place."""

from collections.abc import Iterator
from typing import Any

from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.document.schema import json_schema
from newsletter.document.walk import PLAIN_FIELDS, RICH_FIELDS, URL_FIELDS, images, links, texts

DOCUMENT = Document(title="A", sections=tuple(block.example() for block in BLOCKS))


def test_links_are_found_in_url_fields_and_in_rich_text() -> None:
    found = {place.path: place.value for place in links(DOCUMENT)}
    assert found["sections[0].items[1]"] == "https://example.org/port"
    assert found["sections[1].items[0].url"] == "https://news.example.org/ferry-line"
    assert found["sections[4].items[0].permalink"].startswith("https://social.example.org/")
    assert found["sections[6].text"] == "https://news.example.org/water-treaty"
    assert "{{ attributes.city" in found["sections[8].url"]


def test_markdown_in_a_quotation_is_no_link() -> None:
    document = Document.model_validate_json(
        '{"title": "A", "sections": [{"type": "quotes", "items": [{"text": "[x](/y) and *z*"}]}]}'
    )
    assert list(links(document)) == []


def test_images_are_found() -> None:
    assert [path for path, _ in images(DOCUMENT)] == ["sections[3].image", "sections[7].image"]


def test_texts_come_in_reading_order_with_their_places() -> None:
    places = list(texts(DOCUMENT))
    assert (places[0].path, places[0].value) == ("title", "A")
    paths = [place.path for place in places]
    assert paths.index("sections[1].items[0].headline") < paths.index("sections[1].items[1].headline")
    assert "sections[2].owner" in paths


# Formats of the schema that a field of words has, and one of links; `owner` is a note for editors.
WORDS, LINKS = {"line", "text", "markdown", "markdown-line"}, {"web-url", "link-url"}


def formats() -> Iterator[tuple[str, str]]:
    """Each field of the document's schema with its format."""

    def of(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            if isinstance(schema.get("format"), str):
                yield schema["format"]
            for inner in ("items", "anyOf"):
                yield from of(schema.get(inner))
        elif isinstance(schema, list):
            for each in schema:
                yield from of(each)

    schema = json_schema()
    for model in (schema, *schema["$defs"].values()):
        for name, field in model.get("properties", {}).items():
            yield from ((name, format_) for format_ in of(field))


def test_every_field_of_words_or_of_links_is_walked() -> None:
    found = set(formats())
    assert {name for name, format_ in found if format_ in LINKS} == URL_FIELDS
    words = {name for name, format_ in found if format_ in WORDS} - {"owner"}
    assert words == PLAIN_FIELDS | RICH_FIELDS
    assert {name for name, format_ in found if format_.startswith("markdown")} == RICH_FIELDS
