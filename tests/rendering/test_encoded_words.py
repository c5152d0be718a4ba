"""Encoded words: any text survives a header; what looks encoded is taken at its word."""

import re
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.rendering.encoded_words import encode_unstructured, encode_words, is_literal

# a header value has no control characters and no line or paragraph separators (refused or replaced before)
WORDS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), st.sampled_from(" =?_é😀\u05e9")),
    max_size=200,
)


def decoded(header: bytes) -> str:
    return str(message_from_bytes(header + b"\r\n", policy=policy.default)["Subject"])


@given(WORDS)
@example("=?utf-8?q?=0ABcc:_x?=")
@example("two  spaces and a third   run")
@example(" leading and trailing ")
@example("one-word-" * 30)
@example("😀" * 60)
@example("שלום עולם " * 20)
@example("a" * 60 + " " + "b" * 60)
def test_a_text_decodes_to_itself(text: str) -> None:
    assert decoded(encode_unstructured("Subject", text)) == text


@given(WORDS)
@example("é" * 200)
@example("plain words " * 20)
def test_lines_and_encoded_words_keep_their_limits(text: str) -> None:
    header = encode_unstructured("Subject", text)
    assert header.endswith(b"\r\n")
    lines = header[:-2].split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert all(line.startswith(b" ") and line.strip() for line in lines[1:])
    for word in re.findall(rb"=\?[^ \r]*\?=", header):
        assert len(word) <= 75
        assert decoded(b"Subject: " + word + b"\r\n").count("\ufffd") == text.count("\ufffd") * 0, (
            "a character was split"
        )


def test_what_looks_like_an_encoded_word_is_not_literal() -> None:
    assert not is_literal("=?utf-8?q?x?=")
    assert is_literal("2 + 2 = 4?")
    assert is_literal("")


@pytest.mark.parametrize(("text", "coding"), [("Žarko reads mail", "q"), ("新聞週報", "b")])
def test_the_shorter_coding_is_used(text: str, coding: str) -> None:
    assert encode_words(text, first_column=9).startswith(f"=?utf-8?{coding}?")


def test_plain_ascii_stays_readable() -> None:
    assert encode_unstructured("Subject", "The weekly digest") == b"Subject: The weekly digest\r\n"
