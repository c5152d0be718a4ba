"""Quoted-printable: what is encoded decodes to the same text, in lines that every relay takes."""

import quopri
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.rendering.quoted_printable import encode

ANY_TEXT = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("\r\n .=F\té😀")), max_size=300
)


def normalised(text: str) -> str:
    return re.sub(r"\r\n?|\n", "\r\n", text)


@given(ANY_TEXT)
@example("x" * 76)
@example("x" * 74 + "é\n")
@example("." + "x" * 75 + "\n" + "x" * 75 + ".\n")
@example("=" * 40)
@example("é" * 40)
@example("." * 200)
@example("x" * 75 + ".dot")
@example("x" * 75 + "From me")
def test_it_decodes_to_the_text_and_keeps_its_lines_short(text: str) -> None:
    encoded = encode(text)
    assert quopri.decodestring(encoded).decode("utf-8") == normalised(text)
    *ended, last = encoded.split(b"\r\n")
    assert all(len(line) <= 76 for line in ended)
    assert len(last) <= 75, "a soft line break must still fit"
    assert not re.search(rb"[^\t\r\n -~]", encoded)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", encoded)


@given(ANY_TEXT)
@example(".")
@example("a\n.\nb")
@example("From x\nFrom y")
def test_no_line_needs_dot_stuffing_or_a_mailbox_escape(text: str) -> None:
    assert not re.search(rb"(?m)^(\.|From )", encode(text))


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_white_space_before_a_line_break_is_encoded(blank: str) -> None:
    assert encode(f"a{blank}\nb") == b"a=%02X\r\nb" % ord(blank)


def test_a_line_that_has_an_end_of_its_own_fills_the_width() -> None:
    assert encode("x" * 76 + "\n") == b"x" * 76 + b"\r\n"
    assert encode("x" * 77 + "\n") == b"x" * 75 + b"=\r\nxx\r\n"
    assert encode("x" * 151 + "\n") == b"x" * 75 + b"=\r\n" + b"x" * 76 + b"\r\n"
    assert encode("x" * 76) == b"x" * 75 + b"=\r\nx"


def test_an_escape_is_never_cut() -> None:
    for shift in range(8):
        lines = encode("x" * shift + "=" * 60).split(b"=\r\n")
        assert all(re.fullmatch(rb"(?:x|=3D)*", line) for line in lines)


def test_lone_surrogates_become_question_marks() -> None:
    assert encode("a\ud800b") == b"a?b"


def test_plain_words_are_not_touched() -> None:
    assert encode("Dear reader, 100% & more <ok>") == b"Dear reader, 100% & more <ok>"
