"""Attribution: phrases made from fields."""

from datetime import date

import pytest
from hypothesis import given

from newsletter.document.attribution import attributed, phrase, source_line
from newsletter.document.provenance import Provenance, Style
from tests.document.strategies import lines

POST = "The Harbour Post"


def by(style: Style, outlet: str = POST) -> Provenance:
    return Provenance(outlet=outlet, style=style)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (Style.OUTLET, "*The Harbour Post*"),
        (Style.REPORTED, "reported *The Harbour Post*"),
        (Style.ACCORDING_TO, "According to *The Harbour Post*"),
    ],
)
def test_phrases(style: Style, expected: str) -> None:
    assert phrase(by(style)) == expected


@pytest.mark.parametrize(
    ("blurb", "expected"),
    [
        ("It left at dawn.", "It left at dawn, reported *The Harbour Post*."),
        ("It left at dawn", "It left at dawn, reported *The Harbour Post*."),
        ("He said “no.”", "He said “no,” reported *The Harbour Post*."),
        ("Will it hold?", "Will it hold? (reported *The Harbour Post*)"),
        ("And then…", "And then… (reported *The Harbour Post*)"),
        ("One.\n\nTwo.", "One.\n\nTwo, reported *The Harbour Post*."),
        ("- a\n- b", "- a\n- b\n\nAs reported by *The Harbour Post*."),
        ("", "As reported by *The Harbour Post*."),
    ],
)
def test_reported_ends_the_blurb(blurb: str, expected: str) -> None:
    assert attributed(blurb, by(Style.REPORTED)) == expected


@pytest.mark.parametrize(
    ("blurb", "expected"),
    [
        ("The draft is done.", "According to *The Harbour Post*, the draft is done."),
        ("A boat left.", "According to *The Harbour Post*, a boat left."),
        ("The Hague met.", "According to *The Harbour Post*, The Hague met."),
        ("Mira left.", "According to *The Harbour Post*, Mira left."),
        ("Theory is grey.", "According to *The Harbour Post*, Theory is grey."),
        ("- a\n- b", "- a\n- b\n\nAs reported by *The Harbour Post*."),
        ("- a\n\nAnd so on.", "According to *The Harbour Post*:\n\n- a\n\nAnd so on."),
    ],
)
def test_according_to_begins_the_blurb(blurb: str, expected: str) -> None:
    assert attributed(blurb, by(Style.ACCORDING_TO)) == expected


@pytest.mark.parametrize("provenance", [by(Style.OUTLET), by(Style.REPORTED, " "), Provenance()])
def test_the_blurb_stays_where_the_outlet_stands_apart(provenance: Provenance) -> None:
    assert attributed(" It left. ", provenance) == "It left."


def test_the_outlet_is_named_exactly_once() -> None:
    for style in Style:
        provenance = Provenance(outlet=POST, style=style, byline="by Ana Ruiz with Strait Wire")
        text = attributed("It left.", provenance) + source_line(provenance)
        assert text.count(POST) == 1
        assert text.endswith("By Ana Ruiz with Strait Wire")


def test_the_source_line_holds_what_is_known() -> None:
    full = Provenance(outlet="X * Y", byline="Ana", published=date(2026, 5, 12))
    assert source_line(full, lambda day: f"{day:%d.%m.}") == r"*X \* Y* · By Ana · 12.05."
    assert source_line(Provenance()) == ""


def test_phrases_are_translated() -> None:
    german = {
        "According to %(outlet)s, %(blurb)s": "%(outlet)s zufolge: %(blurb)s",
        "By %(byline)s": "Von %(byline)s",
    }
    assert (
        attributed("Es lief.", by(Style.ACCORDING_TO, "X"), lambda text: german.get(text, text))
        == "*X* zufolge: Es lief."
    )
    assert source_line(Provenance(byline="Ana"), translate=lambda text: german.get(text, text)) == "Von Ana"


@given(lines, lines)
def test_percent_signs_and_merge_fields_do_no_harm(blurb: str, outlet: str) -> None:
    for style in Style:
        attributed(blurb, Provenance(outlet=outlet[:100] if "{{" not in outlet else "X", style=style))
