"""Attribution: phrases made from fields."""

from datetime import date

import pytest
from hypothesis import given

from newsletter.document.attribution import Phrasing, attributed, phrase, source_line
from newsletter.document.provenance import Provenance, Style
from newsletter.document.richtext import link_urls
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
        ("We cannot wait.", "According to *The Harbour Post*, we cannot wait."),
        ("I saw it.", "According to *The Harbour Post*, I saw it."),
        ("NATO met.", "According to *The Harbour Post*, NATO met."),
        ("McKay’s boat left.", "According to *The Harbour Post*, McKay’s boat left."),
        ("40 boats left.", "According to *The Harbour Post*, 40 boats left."),
        ("“No,” she said.", "According to *The Harbour Post*, “No,” she said."),
        ("The Hague met.", "*The Harbour Post*: The Hague met."),
        ("Mira left.", "*The Harbour Post*: Mira left."),
        ("Boats left.", "*The Harbour Post*: Boats left."),
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


def german(text: str) -> str:
    phrases = {
        "According to %(outlet)s: %(blurb)s": "Laut %(outlet)s: %(blurb)s",
        "%(blurb)s, reported %(outlet)s.": "%(blurb)s, berichtet %(outlet)s.",
        "%(blurb)s (reported %(outlet)s)": "%(blurb)s (so %(outlet)s)",
        "By %(byline)s": "Von %(byline)s",
    }
    return phrases.get(text, text)


@pytest.mark.parametrize(
    ("style", "blurb", "expected"),
    [
        (Style.ACCORDING_TO, "In der Nacht lief es aus.", "Laut *X*: In der Nacht lief es aus."),
        (Style.REPORTED, "Es lief aus.", "Es lief aus, berichtet *X*."),
        (Style.REPORTED, "Sie sagte: „Nein.“", "Sie sagte: „Nein.“ (so *X*)"),
        (Style.REPORTED, "Er rief: “Ja.”", "Er rief: “Ja.” (so *X*)"),
    ],
)
def test_other_languages_have_their_own_sentences(style: Style, blurb: str, expected: str) -> None:
    assert attributed(blurb, by(style, "X"), Phrasing(german, "de-AT")) == expected


def test_the_byline_is_said_in_the_language() -> None:
    assert source_line(Provenance(byline="by Ana"), phrasing=Phrasing(german, "de")) == "Von Ana"


@pytest.mark.parametrize(
    ("language", "outlet", "line"),
    [
        ("en", "The Post", "*The Post* · By Ana · 12 May"),
        ("en", "العربية", "*\u2068العربية\u2069* · By Ana · 12 May"),
        ("ar", "The Post", "*\u2068The Post\u2069* · By \u2068Ana\u2069 · \u206812 May\u2069"),
    ],
)
def test_names_of_another_direction_are_isolated(language: str, outlet: str, line: str) -> None:
    provenance = Provenance(outlet=outlet, byline="Ana", published=date(2026, 5, 12))
    assert source_line(provenance, lambda day: f"{day:%d} May", Phrasing(language=language)) == line


def test_an_outlet_may_be_a_link() -> None:
    linked = Phrasing(url='https://a.example/x_(y)?a=1&copy=2&n={{ name | default: "A&B" }}')
    text = source_line(by(Style.OUTLET), phrasing=linked)
    assert link_urls(text) == ['https://a.example/x_(y)?a=1&copy=2&n={{ name | default: "A&B" }}']


@given(lines, lines)
def test_percent_signs_and_merge_fields_do_no_harm(blurb: str, outlet: str) -> None:
    for style in Style:
        attributed(blurb, Provenance(outlet=outlet[:100] if "{{" not in outlet else "X", style=style))
