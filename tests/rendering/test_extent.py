"""What is far too large is refused before it costs time, with the place that takes most."""

import pytest

from newsletter.core.errors import Refused
from newsletter.document.blocks.links import LinksSection
from newsletter.document.blocks.text import TextSection
from newsletter.document.item import Item
from newsletter.rendering.compose import compose
from tests.rendering.issues import issue_of


def test_a_document_of_too_many_elements_is_refused_with_its_place() -> None:
    marks = [TextSection(type="text", text="- a\n" * 1_900) for _ in range(4)]
    lines = TextSection(type="text", text="*a*\n" * 1_300)
    with pytest.raises(Refused) as caught:
        compose(issue_of(*marks, lines))
    assert list(caught.value.fields) == ["sections[4].text"]
    assert "HTML elements" in caught.value.message


def test_many_stories_are_not_too_large() -> None:
    items = tuple(Item(headline=f"H{number}", blurb="*B*.") for number in range(100))
    compose(issue_of(*[LinksSection(type="links", items=items)] * 3))
