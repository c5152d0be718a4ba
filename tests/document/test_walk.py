"""Walking: every text, link and image, each with its place."""

from newsletter.document import Document
from newsletter.document.blocks import BLOCKS
from newsletter.document.walk import images, links, texts

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
