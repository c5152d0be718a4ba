"""Variants: as few as there are different issues to be seen."""

import pytest

from newsletter.document import Document
from newsletter.document.blocks.text import TextSection
from newsletter.document.visibility import Visibility
from newsletter.rendering.variant import (
    EVERYTHING,
    Reader,
    Variant,
    is_visible,
    sections_of,
    variant_for,
)


def section(name: str, **kinds: tuple[str, ...]) -> TextSection:
    return TextSection(type="text", id=name, visibility=Visibility(**kinds) if kinds else None)


DOCUMENT = Document(
    title="A",
    sections=(section("all"), section("sport", topics=("sport",)), section("german", languages=("de",))),
)


def reader(topics: str = "", segments: str = "", language: str = "") -> Reader:
    return Reader(frozenset(topics.split()), frozenset(segments.split()), language)


@pytest.mark.parametrize(
    ("visibility", "who", "seen"),
    [
        (None, reader(), True),
        (Visibility(), reader(), True),
        (Visibility(topics=("sport", "arts")), reader("arts"), True),
        (Visibility(topics=("sport",)), reader("arts"), False),
        (Visibility(topics=("sport",)), reader(), False),
        (Visibility(segments=("donors",)), reader(segments="donors new"), True),
        (Visibility(topics=("sport",), segments=("donors",)), reader("sport"), False),
        (Visibility(topics=("sport",), segments=("donors",)), reader("sport", "donors"), True),
        (Visibility(languages=("de",)), reader(language="de-AT"), True),
        (Visibility(languages=("de",)), reader(language="de_AT"), True),
        (Visibility(languages=("de-AT",)), reader(language="de"), False),
        (Visibility(languages=("pt-BR",)), reader(language="PT-br"), True),
        (Visibility(languages=("de",)), reader(language="den"), False),
    ],
)
def test_who_sees_a_section(visibility: Visibility | None, who: Reader, seen: bool) -> None:
    assert is_visible(visibility, who) is seen


def test_readers_who_see_the_same_share_a_variant() -> None:
    readers = [
        reader(),
        reader("arts"),
        reader("sport", "donors"),
        reader("sport"),
        reader("sport", language="de"),
    ]
    variants = [variant_for(DOCUMENT, each) for each in readers]
    plain, sporty = Variant(("all",)), Variant(("all", "sport"))
    assert variants == [plain, plain, sporty, sporty, EVERYTHING]
    assert len({variant.key for variant in variants}) == 3


def test_a_document_without_visibility_has_one_variant() -> None:
    document = Document(title="A", sections=(section("one"), section("two")))
    assert variant_for(document, reader("sport")) is EVERYTHING


def test_sections_keep_the_order_of_the_document() -> None:
    assert [part.id for part in sections_of(DOCUMENT, Variant(("german", "all")))] == ["all", "german"]
    assert sections_of(DOCUMENT, EVERYTHING) == DOCUMENT.sections
    assert sections_of(DOCUMENT, Variant(())) == ()
