"""Replies, well-formed and not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.smtp.reply import LONGEST_TEXT, Garbled, Reply, is_last, parse_reply


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        ([b"250 2.1.5 OK\r\n"], Reply(250, "OK", "2.1.5")),
        ([b"250 OK"], Reply(250, "OK")),
        ([b"250"], Reply(250, "")),
        ([b"354 Go ahead"], Reply(354, "Go ahead")),
        ([b"550-5.1.1 No such", b"550 5.1.1 user here"], Reply(550, "No such\nuser here", "5.1.1")),
        ([b"550-Listen:", b"550 5.7.26 unauthenticated"], Reply(550, "Listen:\nunauthenticated", "5.7.26")),
        ([b"550 5.1.1"], Reply(550, "", "5.1.1")),
        ([b"550 5.1.1.2 is no code"], Reply(550, "5.1.1.2 is no code")),
        ([b"550 version 5.1.1 of it"], Reply(550, "version 5.1.1 of it")),
        ([b"450 tab\there\x00\x1b[2J\xff"], Reply(450, "tab here  [2J\ufffd")),
    ],
)
def test_a_reply_is_read(lines, reply):
    assert parse_reply(lines) == reply


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [b""],
        [b"-1 "],
        [b"25"],
        [b"150 what"],
        [b"650 what"],
        [b"2500 what"],
        [b"HTTP/1.1 400"],
        [b"250-a", b"251 b"],
        [b"\xff\xfe"],
    ],
)
def test_nonsense_is_garbled(lines):
    with pytest.raises(Garbled):
        parse_reply(lines)


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_octets_are_a_reply_or_garbled(lines):
    try:
        reply = parse_reply(lines)
    except Garbled:
        return
    assert 200 <= reply.code <= 599
    assert "\r" not in str(reply)
    assert "\x00" not in str(reply)


def test_a_server_cannot_fill_the_ledger_with_its_text():
    assert len(parse_reply([b"250-" + b"x" * 3000, b"250 y"]).text) == LONGEST_TEXT


def test_the_detail_is_used_only_when_it_fits_the_code():
    assert Reply(550, "", "5.1.10").detail == (1, 10)
    assert Reply(550, "", "2.1.5").detail is None
    assert not Reply(550, "", "2.1.5").fits
    assert Reply(550).detail is None
    assert Reply(550).fits


def test_our_own_decisions_are_told_from_replies():
    assert Reply.local("too long").code == 0
    assert str(Reply.local("too long")) == "too long"
    assert str(Reply(550, "No\nnever", "5.1.1")) == "550 5.1.1 No / never"


def test_the_last_line_is_known():
    assert not is_last(b"250-more\r\n")
    assert is_last(b"250 done\r\n")
    assert is_last(b"250\r\n")
