"""Lines and notes that people type: what is taken out, what stays, what is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.errors import Refused
from newsletter.core.text import (
    checked_name,
    clean_name,
    clean_note,
    full_stop,
    is_line,
    is_lines,
    one_line,
    several_lines,
    without_nul,
)

ANY = st.text(st.characters(exclude_categories=()))  # with control characters and lone surrogates


@given(ANY)
def test_a_line_has_no_character_of_the_categories_that_headers_choke_on(text: str) -> None:
    line = one_line(text)
    assert not {unicodedata.category(char) for char in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert is_line(line)
    assert one_line(line) == line
    assert is_line(text) == (not {unicodedata.category(char) for char in text} & {"Cc", "Cs", "Zl", "Zp"})


@given(st.text(st.sampled_from("aé \u00a0\u3000\u200b\u2028\t\x00\x1c\x85\ud800\u202e")) | ANY)
def test_a_line_has_no_white_space_but_single_spaces_within(text: str) -> None:
    harmless = "".join(
        " " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in text
    )
    assert one_line(text) == " ".join(harmless.split())


@given(ANY)
def test_a_note_has_line_breaks_and_tabs_and_no_other_control_character(text: str) -> None:
    note = clean_note(text, 40)
    assert is_lines(note)
    assert len(note) <= 40
    assert all(char in "\n\t" for char in note if unicodedata.category(char) == "Cc")


def test_every_kind_of_line_break_becomes_one() -> None:
    assert several_lines("a\r\nb\rc\u2028d\u2029e\nf") == "a\nb\nc\nd\ne\nf"
    assert clean_note(" a\r\nb\x00c\ud800\td ", 100) == "a\nbc\td"
    assert not is_lines("a\x0bb")


def test_a_name_is_cut_or_refused() -> None:
    assert clean_name("  Ana\u2028 \tMaria\x00 ", 100) == "Ana Maria"
    assert clean_name("Ana Maria", 4) == "Ana"
    assert checked_name("Ana\nMaria", 9) == "Ana Maria"
    with pytest.raises(Refused) as refused:
        checked_name("Ana Maria", 8)
    assert refused.value.fields == {"name": "A name has at most 8 characters."}


def test_nul_is_taken_out_of_what_is_searched_for() -> None:
    assert without_nul("a\0b\n") == "ab\n"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("450 4.2.1 Try again in 24 hours.", "450 4.2.1 Try again in 24 hours."),
        ("Connection refused", "Connection refused."),
        ("Who are you? ", "Who are you?"),
        ('no answer to "EHLO me."', 'no answer to "EHLO me."'),
        ("it ended (code 1)", "it ended (code 1)."),
        ("", "."),
    ],
)
def test_what_others_said_ends_in_one_full_stop(said: str, sentence: str) -> None:
    assert full_stop(said) == sentence
