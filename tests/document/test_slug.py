"""Slugs: readable in an address, whatever the language."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.document.slug import ascii_slug, slugify


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("A line reopens, a treaty is written down", "a-line-reopens-a-treaty-is-written-down"),
        ("Crème brûlée & Øl in Łódź", "creme-brulee-ol-in-lodz"),
        ("Straße", "strasse"),
        ("What's new? 50% off!", "whats-new-50-off"),
        ("Новости недели", "новости-недели"),
        ("今週のニュース", "今週のニュース"),
        ("  --  ", ""),
        ("x" * 100, "x" * 80),
        ("word " * 30, "-".join(["word"] * 16)),
    ],
)
def test_slugs(title: str, slug: str) -> None:
    assert slugify(title) == slug


@given(st.text(max_size=200))
def test_a_slug_is_its_own_slug(title: str) -> None:
    slug = slugify(title)
    assert slugify(slug) == slug
    assert len(slug) <= 80
    assert not re.search(r"[\s/?#%&\"'<>]|--|^-|-$", slug)


@given(st.text(max_size=60))
def test_ids_are_ascii(title: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", ascii_slug(title, 32))
