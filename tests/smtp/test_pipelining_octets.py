"""The two pipelining clients against raw octets: what travels together, and replies out of step."""

import socket

import pytest

from newsletter.smtp import chunked, pipelined
from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.session import open_session

EHLO = b"250-relay\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"


def go() -> bool:
    return True


@pytest.fixture
def served(raw_server, quick_relay, stage):
    """What a client makes of a server that behaves so after EHLO."""

    def run(deliver, behave, count):
        def greet_and_behave(peer):
            peer.sendall(b"220 relay\r\n")
            peer.recv(1000)
            peer.sendall(EHLO)
            behave(peer)

        with raw_server(greet_and_behave) as port:
            session = open_session(quick_relay(stage.make_sink(), port=port), "client.example.org")
            session.replies_identify_commands, session.inflight.size = True, 2
            stop = deliver(session, stage.envelopes(count), stage.notes, go)
            session.abort()
        return stop

    return run


def _until(peer: socket.socket, end: bytes) -> bytes:
    said = b""
    while not said.endswith(end):
        said += peer.recv(65_536)
    return said


def test_a_body_and_the_next_commands_travel_together(served, stage):
    heard = []

    def behave(peer):
        for replies in (b"250 a\r\n250 b\r\n354 c\r\n", b"250 d\r\n250 e\r\n250 f\r\n354 g\r\n"):
            heard.append(_until(peer, b"DATA\r\n"))
            peer.sendall(replies)
        heard.append(_until(peer, b"\r\n.\r\n"))
        peer.sendall(b"250 h\r\n")

    assert served(pipelined.deliver, behave, 2) is None
    assert stage.notes.outcomes == {0: "sent", 1: "sent"}
    assert heard[1].startswith(b"Message-ID: <0@example.com>")
    assert b"\r\n.\r\nMAIL FROM:<news@example.com>" in heard[1]
    assert b"RSET" not in b"".join(heard)


def test_whole_messages_travel_without_waiting(served, stage):
    heard = []

    def behave(peer):
        heard.append(_until(peer, b"<1@example.com>\r\nSubject: Hello\r\n\r\nHello.\r\n"))
        peer.sendall(b"250 2.1.0 a\r\n250 2.1.5 b\r\n250 2.6.0 c\r\n")
        peer.sendall(b"250 2.0.0 r\r\n250 2.1.0 a\r\n250 2.1.5 b\r\n250 2.6.0 c\r\n")

    assert served(chunked.deliver, behave, 2) is None
    assert stage.notes.outcomes == {0: "sent", 1: "sent"}
    assert heard[0].count(b"BDAT 55 LAST\r\n") == 2


def test_data_after_a_refused_recipient_may_be_accepted_and_is_ended_at_once(served, stage):
    heard = []

    def behave(peer):
        _until(peer, b"DATA\r\n")
        peer.sendall(b"250 a\r\n550 5.1.1 who\r\n354 go on\r\n")
        heard.append(_until(peer, b".\r\n"))
        peer.sendall(b"554 5.5.1 no valid recipients\r\n")
        heard.append(_until(peer, b"DATA\r\n"))
        peer.sendall(b"250 r\r\n250 a\r\n250 b\r\n354 c\r\n")
        _until(peer, b"\r\n.\r\n")
        peer.sendall(b"250 d\r\n")

    assert served(pipelined.deliver, behave, 2) is None
    assert stage.notes.outcomes == {0: "rejected(no_such_user)", 1: "sent"}
    assert heard[0] == b".\r\n"
    assert heard[1].startswith(b"RSET\r\nMAIL")


@pytest.mark.parametrize(
    ("end", "kind", "protocol_error"),
    [
        (b"250 taken for nobody\r\n", BreakKind.LOST, True),
        (b"421 bye\r\n", BreakKind.LOST, False),
        (b"", BreakKind.LOST, False),
        (b"nonsense\r\n", BreakKind.LOST, True),
    ],
)
def test_what_else_may_follow_data_after_a_refused_recipient(end, kind, protocol_error, served, stage):
    def behave(peer):
        _until(peer, b"DATA\r\n")
        peer.sendall(b"250 a\r\n550 5.1.1 who\r\n" + end)

    stop = served(pipelined.deliver, behave, 2)
    assert stop is not None
    assert (stop.kind, stop.protocol_error, stop.unanswered) == (kind, protocol_error, ())
    assert stage.notes.outcomes == {0: "rejected(no_such_user)"}


def test_a_refusal_that_was_one_reply_too_many_is_not_believed(served, stage):
    def behave(peer):
        _until(peer, b"<1@example.com>\r\nSubject: Hello\r\n\r\nHello.\r\n")
        peer.sendall(b"250 2.1.0 a\r\n250 2.1.5 b\r\n450 4.2.0 nobody asked\r\n250 2.6.0 taken\r\n")
        peer.sendall(b"250 2.0.0 r\r\n250 2.1.0 a\r\n250 2.1.5 b\r\n250 2.6.0 taken\r\n")

    stop = served(chunked.deliver, behave, 2)
    assert stop is not None
    assert (stop.protocol_error, stop.unanswered) == (True, (0, 1))
    assert stage.notes.outcomes == {}


def test_the_last_refusal_is_believed_only_after_the_server_was_asked(served, stage):
    def behave(peer):
        _until(peer, b"Hello.\r\n")
        peer.sendall(b"250 2.1.0 a\r\n250 2.1.5 b\r\n450 4.2.0 nobody asked\r\n250 2.6.0 taken\r\n")
        _until(peer, b"RSET\r\n")
        peer.sendall(b"250 2.0.0 r\r\n250 2.1.0 a\r\n250 2.1.5 b\r\n250 2.0.0 r\r\n")

    stop = served(chunked.deliver, behave, 1)
    assert stop is not None
    assert (stop.protocol_error, stop.unanswered) == (True, (0,))
    assert stage.notes.outcomes == {}


def test_a_goodbye_that_is_none_leaves_everything_unanswered(served, stage):
    def behave(peer):
        _until(peer, b"<1@example.com>\r\nSubject: Hello\r\n\r\nHello.\r\n")
        peer.sendall(b"250 2.1.0 a\r\n250 2.1.5 b\r\n421 4.3.2 bye\r\n250 2.0.0 or not\r\n")

    stop = served(chunked.deliver, behave, 2)
    assert stop is not None
    assert (stop.protocol_error, stop.unanswered) == (True, (0, 1))


def test_after_a_goodbye_everything_under_way_is_tried_again(served, stage):
    def behave(peer):
        _until(peer, b"<1@example.com>\r\nSubject: Hello\r\n\r\nHello.\r\n")
        peer.sendall(b"250 2.1.0 a\r\n250 2.1.5 b\r\n421 4.3.2 bye\r\n")

    stop = served(chunked.deliver, behave, 2)
    assert stop is not None
    assert (stop.kind, stop.unanswered) == (BreakKind.LOST, ())
    assert stage.notes.outcomes == {0: "retry(busy)", 1: "retry(busy)"}


def test_a_server_whose_replies_show_no_step_gets_the_pipelined_dialogue(raw_server, quick_relay, stage):
    sink = stage.make_sink()
    heard = []

    def behave(peer):
        peer.sendall(b"220 relay\r\n")
        peer.recv(1000)
        peer.sendall(b"250-relay\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
        heard.append(_until(peer, b"Hello.\r\n"))
        peer.sendall(b"250 a\r\n250 b\r\n250 c\r\n")
        heard.append(_until(peer, b"DATA\r\n"))
        peer.sendall(b"250 r\r\n250 a\r\n250 b\r\n354 c\r\n")
        _until(peer, b"\r\n.\r\n")
        peer.sendall(b"250 d\r\n")

    with raw_server(behave) as port:
        session = open_session(quick_relay(sink, port=port), "client.example.org")
        assert chunked.deliver(session, stage.envelopes(2), stage.notes, go) is None
        session.abort()
    assert stage.notes.outcomes == {0: "sent", 1: "sent"}
    assert b"BDAT" in heard[0]
    assert b"BDAT" not in heard[1]
