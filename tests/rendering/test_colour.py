"""Colours: contrast as WCAG measures it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.rendering.colour import READABLE, contrast, ink_on, mix, readable_on

colours = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@given(colours)
def test_every_colour_can_be_made_readable(colour: str) -> None:
    for ground in ("#ffffff", "#f7f3ea", "#1c1a17"):
        assert contrast(readable_on(colour, ground), ground) >= READABLE


@given(colours)
def test_there_is_ink_for_every_ground(ground: str) -> None:
    assert contrast(ink_on(ground), ground) >= READABLE


def test_a_readable_colour_stays_what_it_is() -> None:
    assert readable_on("#b5321c", "#ffffff", "#f7f3ea") == "#b5321c"


def test_mixing() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#123456", "#ffffff", 0) == "#123456"
