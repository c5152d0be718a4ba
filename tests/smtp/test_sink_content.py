"""How the sink finds the size and the Message-ID of a message, however it arrives in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.smtp.sink.content import LONGEST_HEADER, Content

HEADERS = [
    (b"Message-ID: <1@b.c>\r\n\r\nx\r\n", "<1@b.c>"),
    (b"Subject: x\r\nMESSAGE-id:<2@b.c> \t\r\nTo: y\r\n\r\n", "<2@b.c>"),
    (b"message-id: \r\n <3@b.c>\r\nTo: y\r\n\r\n", "<3@b.c>"),
    (b"Message-ID:\r\nSubject: not it\r\n\r\nx\r\n", ""),
    (b"Message-ID: <4@b.c>\r\n", "<4@b.c>"),  # no blank line at all
    (b"Message-ID: <5@b.c>\r\nMessage-ID: <6@b.c>\r\n\r\n", "<5@b.c>"),
    (b"X-Message-ID: <7@b.c>\r\nSubject: Message-ID: <8@b.c>\r\n\r\n", ""),
    (b"\r\nMessage-ID: <9@b.c>\r\n\r\n", ""),  # in the body
    (b"Subject: x\r\n\r\nMessage-ID: <10@b.c>\r\n\r\n", ""),
    (b"Message-ID: <\xe9@b.c>\r\n\r\n", "<\udce9@b.c>"),
    (b"\r\n", ""),
]


def told(pieces: list[bytes], *, dotted: bool, keep: bool = False) -> Content:
    """The content after `pieces`, each of which came with a read of its own, the command with the first."""
    content = Content(dotted=dotted, keep=keep)
    for number, piece in enumerate(pieces):
        before = b"\r\n" if dotted else b"BDAT 9 LAST\r\n"
        start = 0 if number or dotted else len(before)
        buffer = bytearray(piece if number else before + piece)
        content.add(buffer, start, len(buffer))
    return content


@pytest.mark.parametrize("dotted", [True, False])
@pytest.mark.parametrize(("message", "message_id"), HEADERS)
def test_wherever_it_is_torn(message: bytes, message_id: str, dotted: bool) -> None:
    for at in range(len(message) + 1):
        content = told([message[:at], message[at:]], dotted=dotted)
        assert (content.message_id, content.size) == (message_id, len(message)), at


@given(st.data())
def test_in_any_pieces(data: st.DataObject) -> None:
    message, message_id = data.draw(st.sampled_from(HEADERS))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(message)))))
    pieces = [message[a:b] for a, b in zip([0, *cuts], [*cuts, len(message)], strict=True)]
    for dotted in (True, False):
        content = told(pieces, dotted=dotted, keep=True)
        assert (content.message_id, content.size, content.kept()) == (message_id, len(message), message)


def test_a_chunk_whose_command_came_alone() -> None:
    content = Content(dotted=False, keep=False)
    content.add(bytearray(HEADERS[0][0]), 0, len(HEADERS[0][0]))
    assert content.message_id == "<1@b.c>"


def test_nothing_at_all() -> None:
    assert Content(dotted=False, keep=True).message_id == ""
    assert Content(dotted=False, keep=True).kept() == b""
    assert told([b""], dotted=True, keep=True).kept() == b""


def test_dots_are_taken_off_where_content_is_kept() -> None:
    content = told([b"..a\r\n.", b".b.\r\n..\r\n"], dotted=True, keep=True)
    assert (content.kept(), content.size) == (b".a\r\n.b.\r\n.\r\n", 15)
    assert told([b"..a\r\n"], dotted=False, keep=True).kept() == b"..a\r\n"


def test_a_header_without_end_is_given_up() -> None:
    line = b"X: " + b"x" * 95 + b"\r\n"
    many = [line] * (LONGEST_HEADER // len(line) + 2)
    content = told([*many, b"Message-ID: <late@b.c>\r\n\r\n"], dotted=True)
    assert content.message_id == ""
    assert told([b"".join(many), b"Message-ID: <late@b.c>\r\n\r\n"], dotted=False).message_id == ""
