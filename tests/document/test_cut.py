"""Cutting: at a sentence or a word, never inside a character or a merge field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from newsletter.document.cut import CutAt, cut
from newsletter.document.errors import DocumentInvalid
from newsletter.document.merge import parse, with_defaults
from tests.document.strategies import lines

TWO = "The boat left at dawn. Forty people were on board and sang."
FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "length", "at", "expected"),
    [
        (TWO, 100, CutAt.WORD, TWO),
        (TWO, len(TWO), CutAt.WORD, TWO),
        (TWO, 40, CutAt.WORD, "The boat left at dawn. Forty people…"),
        (TWO, 40, CutAt.SENTENCE, "The boat left at dawn."),
        (TWO, 22, CutAt.SENTENCE, "The boat left at dawn."),
        (TWO, 21, CutAt.SENTENCE, "The boat left at…"),
        ("Mr. Olsen of St. Anne met J. R. Vasik", 33, CutAt.SENTENCE, "Mr. Olsen of St. Anne met J. R.…"),
        ("“We go.” Then they went away for good.", 20, CutAt.SENTENCE, "“We go.”"),
        ("Version 3.5 came out. It was late again.", 25, CutAt.SENTENCE, "Version 3.5 came out."),
        ("Go. It was a long and winding sentence", 31, CutAt.SENTENCE, "Go. It was a long and winding…"),
        ("one two, three", 9, CutAt.WORD, "one two…"),
        ("one – two three", 7, CutAt.WORD, "one…"),
        ("  one \n two   three ", 13, CutAt.WORD, "one two three"),
        ("Donaudampfschifffahrt", 10, CutAt.WORD, "Donaudamp…"),
        ("船は夜明けに出た。四十人が乗っていた。", 12, CutAt.SENTENCE, "船は夜明けに出た。"),
        ("船は夜明けに出た。四十人が乗っていた。", 6, CutAt.WORD, "船は夜明け…"),
        ("مرحبا بكم في النشرة", 12, CutAt.WORD, "مرحبا بكم…"),
        ("هل وصلت؟ نعم وصلت اليوم صباحا", 12, CutAt.SENTENCE, "هل وصلت؟"),
        (FAMILY * 5, 4, CutAt.WORD, FAMILY * 3 + "…"),
        ("🇮🇹🇳🇴🇮🇹🇳🇴", 3, CutAt.WORD, "🇮🇹🇳🇴…"),
        ("e\u0301" * 9, 5, CutAt.WORD, "e\u0301" * 4 + "…"),
        ("\u2067abc def ghi\u2069 xx", 9, CutAt.WORD, "\u2067abc def…\u2069"),
        ("", 40, CutAt.WORD, ""),
    ],
)  # fmt: skip
def test_cuts(text: str, length: int, at: CutAt, expected: str) -> None:
    result = cut(text, length, at)
    assert result.text == expected
    assert result.shortened == (expected != " ".join(text.split()))


def test_a_merge_field_counts_as_its_default_and_stays_whole() -> None:
    text = 'Dear {{ first_name | default: "a b c d" }} welcome back'
    assert cut(text, 8).text == "Dear…"
    assert cut(text, 13).text == 'Dear {{ first_name | default: "a b c d" }}…'
    assert cut(text, 26).text == text.removesuffix(" back") + "…" if cut(text, 26).shortened else text


@given(
    lines | st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.integers(2, 40),
    st.sampled_from(CutAt),
)
def test_the_result_is_a_beginning_that_fits(text: str, length: int, at: CutAt) -> None:
    try:
        parse(text)
    except DocumentInvalid:
        text = text.replace("{", "").replace("}", "")
    result = cut(text, length, at)
    whole = " ".join(text.split())
    kept = result.text.rstrip("\u202c\u2069").removesuffix("…")
    if not result.shortened:
        assert result.text == whole
        return
    assert whole.startswith(kept) or kept.endswith("…")
    parse(result.text)
    shown = with_defaults(kept)
    assert len(list(iter_graphemes(shown))) <= length + 1
