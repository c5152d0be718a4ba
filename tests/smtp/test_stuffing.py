"""The octets of a message on the wire."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.smtp.stuffing import BadOctets, stuffed, with_crlf

_bodies = st.one_of(st.binary(), st.text("\r\n.x").map(str.encode)).filter(lambda body: b"\0" not in body)


@pytest.mark.parametrize(
    ("body", "crlf"),
    [
        (b"", b""),
        (b"a", b"a\r\n"),
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\n", b"a\r\nb\r\n"),
        (b"a\rb\r", b"a\r\nb\r\n"),
        (b"a\n\rb", b"a\r\n\r\nb\r\n"),
        (b"a\r\r\nb", b"a\r\n\r\nb\r\n"),
        (b"\n.\n", b"\r\n.\r\n"),
    ],
)
def test_line_ends_become_crlf(body, crlf):
    assert with_crlf(body) == crlf


@pytest.mark.parametrize(
    ("body", "wire"),
    [
        (b"", b".\r\n"),
        (b".\r\n", b"..\r\n.\r\n"),
        (b"..\r\n", b"...\r\n.\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"a.\r\n", b"a.\r\n.\r\n"),
    ],
)
def test_dots_are_doubled(body, wire):
    assert stuffed(body) == wire


def test_nul_is_refused():
    with pytest.raises(BadOctets):
        with_crlf(b"a\0b")


@given(_bodies)
@example(b"\r\n.\r\n")
@example(b"x\n.\r\nMAIL FROM:<a@example.com>\r\n")
def test_only_the_end_looks_like_an_end(body):
    wire = b"\r\n" + stuffed(with_crlf(body))
    assert wire.index(b"\r\n.\r\n") == len(wire) - 5
    assert wire.count(b"\n") == wire.count(b"\r") == wire.count(b"\r\n")


@given(_bodies)
def test_normalising_twice_changes_nothing(body):
    assert with_crlf(with_crlf(body)) == with_crlf(body)


@given(_bodies)
def test_the_reader_s_rule_gives_the_body_back(body):
    """RFC 5321 §4.5.2: readers take a dot from each line that begins with one, and end at a lone dot."""
    lines = stuffed(with_crlf(body)).split(b"\r\n")[:-1]
    assert lines.pop() == b"."
    read = b"".join((line[1:] if line.startswith(b".") else line) + b"\r\n" for line in lines)
    assert read == with_crlf(body)
