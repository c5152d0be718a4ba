"""The text or the HTML of a page that an editor pastes."""

import pytest

from newsletter.pages.page import PageFields
from newsletter.pages.pasted import read_pasted

URL = "https://www.harbourgazette.example/ferry"


@pytest.mark.parametrize(
    ("text", "byline", "published"),
    [
        ("Ferry back\nBy Jane Doe with AP\n27 November 2026\n\nIt left.", "Jane Doe with AP", "2026-11-27"),
        ("Ferry back\n\n\nJane Doe\nNov. 27, 2026 at 8:15 a.m. EST\nText", "", "2026-11-27"),
        ("Fähre fährt\nVon Ö. Söhn und Jo Jörg\nStand: 27.11.2026", "Ö. Söhn und Jo Jörg", "2026-11-27"),
        ("Le bac repart\nPar Camille Le Goff\nPublié le 27 novembre 2026", "Camille Le Goff", "2026-11-27"),
        ("عودة العبارة\nبقلم: سلمى الخطيب\n٢٧ نوفمبر ٢٠٢٦", "سلمى الخطيب", "2026-11-27"),
        ("渡船再開\n2026年11月27日 8時15分\n本文", "", "2026-11-27"),
        ("Ferry back\nBy then all had left.\nIt sank on 3 March 1987 after a long and varied life.", "", ""),
        ("Ferry back\nDi Stefano scores twice", "", ""),
        ("Ferry back\n03/04/2026", "", ""),
    ],
)  # fmt: skip
def test_text(text: str, byline: str, published: str) -> None:
    found = read_pasted(text, URL)
    assert found == PageFields(headline=text.partition("\n")[0], byline=byline, published=published)


def test_html() -> None:
    found = read_pasted('<article><h1>Ferry back</h1><p class="byline">By Jane Doe</p>', URL)
    assert found == PageFields(headline="Ferry back", byline="Jane Doe")


@pytest.mark.parametrize("text", ["", " \n\t\n", "\u202e\n"])
def test_nothing(text: str) -> None:
    assert read_pasted(text, URL) == PageFields()


def test_a_long_first_line_is_cut_between_words() -> None:
    headline = read_pasted("word " * 400, URL).headline
    assert len(headline) <= 300
    assert headline.endswith("word…")
