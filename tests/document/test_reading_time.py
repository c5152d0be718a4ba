"""How long an issue takes to read: whose words are counted, at which speed."""

import pytest

from newsletter.document import Document
from newsletter.document.blocks import AnySection
from newsletter.document.blocks.image import ImageSection
from newsletter.document.blocks.links import LinksSection
from newsletter.document.blocks.text import TextSection
from newsletter.document.image import Image
from newsletter.document.item import Item
from newsletter.document.reading_time import count_words, reading_minutes


def issue(*sections: AnySection) -> Document:
    return Document(title="Two words", preheader="And some more", summary="Not read", sections=sections)


def text(words: str) -> TextSection:
    return TextSection(type="text", text=words)


@pytest.mark.parametrize(
    ("section", "count"),
    [
        (text("Three *small* [words](https://a.example/long-path) — so"), 4),
        (text("كِتَابٌ جديد"), 2),
        (text("東京は晴れ"), 2),
        (text("서울의 날씨"), 2),
        (text('Dear {{ name | default: "dear reader" }}'), 3),
        (
            ImageSection(
                type="image", image=Image(src="https://a.example/i.png", alt="not read", caption="A pier")
            ),
            2,
        ),
        (LinksSection(type="links", title="News", items=(Item(headline="It rained", blurb="All day."),)), 5),
    ],
)
def test_what_a_reader_sees_is_counted(section: AnySection, count: int) -> None:
    document = issue(section)
    assert count_words(document, document.sections) == count


@pytest.mark.parametrize(
    ("words", "language", "minutes"),
    [
        (0, "en", 0),
        (1, "en", 1),
        (912, "en", 4),
        (912, "en-GB", 4),
        (912, "ar", 7),
        (912, "de", 5),
        (912, "cy", 5),
    ],
)
def test_the_minutes_are_those_of_the_language(words: int, language: str, minutes: int) -> None:
    document = issue(text("word " * words))
    assert reading_minutes(document, document.sections, language) == minutes


def test_only_the_sections_that_somebody_gets_are_counted() -> None:
    document = issue(text("one two three"), text("four"))
    assert count_words(document, document.sections[1:]) == 1
