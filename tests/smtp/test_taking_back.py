"""Trouble that is not about the recipients marks nobody: what was handed over and refused is taken back."""

from dataclasses import replace

import pytest

from newsletter.smtp import chunked, pipelined, plain
from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.session import open_session
from newsletter.smtp.sink import At, Rule
from newsletter.smtp.verdict import Reason

ALL = pytest.mark.parametrize(
    "deliver", [plain.deliver, pipelined.deliver, chunked.deliver], ids=["plain", "pipelined", "chunked"]
)
EHLO = b"250-relay\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"
LAST_OF_TWO = b"<1@example.com>\r\nSubject: Hello\r\n\r\nHello.\r\n"
GOOD = b"250 2.0.0 reset\r\n250 2.1.0 sender\r\n250 2.1.5 recipient\r\n250 2.6.0 taken\r\n"


def go() -> bool:
    return True


@ALL
@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule(At.MAIL, code=530, text="5.7.0 Log in"), Reason.AUTH_REQUIRED),
        (Rule(At.MAIL, code=451, text="4.3.0 No"), Reason.BUSY),
        (Rule(At.RCPT, code=550, text="5.7.1 No"), Reason.POLICY),
        (Rule(At.RCPT, code=554, text="Relay access denied"), Reason.RELAY_DENIED),
        (Rule(At.BODY, code=550, text="5.7.26 Not yours"), Reason.SENDER_REFUSED),
        (Rule(At.BODY, code=530, text="5.7.0 Log in"), Reason.AUTH_REQUIRED),
    ],
)
@pytest.mark.parametrize("after", [0, 6])
def test_a_trouble_that_all_meet_marks_nobody(deliver, rule, reason, after, stage):
    sink = stage.make_sink(replace(rule, skip=after))
    session = stage.dial(sink)
    session.replies_identify_commands, session.inflight.size = True, 4
    stop = deliver(session, stage.envelopes(20), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index, stop.unanswered) == (BreakKind.PAUSED, reason, after, ())
    assert stage.notes.outcomes == dict.fromkeys(range(after), "sent")
    assert stage.notes.unanswered == set()
    assert len(sink.records) == after
    # None starts after the refusal was read: what was under way by then is all that had to be taken back.
    assert len(stage.notes.taken_back) <= 16


def test_who_was_under_way_and_taken_is_sent_and_who_was_refused_is_marked(stage):
    sink = stage.make_sink(
        Rule(At.RCPT, code=550, text="5.7.1 No", recipient="u2@*"),
        Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u3@*"),
    )
    session = stage.dial(sink)
    session.replies_identify_commands, session.inflight.size = True, 5
    stop = chunked.deliver(session, stage.envelopes(20), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index) == (BreakKind.PAUSED, Reason.POLICY, 2)
    assert stage.notes.taken_back == [2]
    assert stage.notes.outcomes[3] == "rejected(no_such_user)"
    others = {0, 1, *range(4, len(stage.notes.handed))}
    assert {index for index, outcome in stage.notes.outcomes.items() if outcome == "sent"} == others
    assert session.alive()


def test_bdat_that_is_not_understood_leaves_everybody_to_the_plain_dialogue(stage):
    sink = stage.make_sink(Rule(At.BODY, code=502, text="5.5.1 Not implemented"))
    session = stage.dial(sink)
    session.replies_identify_commands, session.inflight.size = True, 4
    stop = chunked.deliver(session, stage.envelopes(6), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.protocol_error, stop.unanswered) == (BreakKind.LOST, True, ())
    assert stage.notes.outcomes == {}
    assert stage.notes.unanswered == set()
    assert session.closed


@pytest.fixture
def answered(raw_server, quick_relay, stage):
    """What the chunking client makes of `replies` to two messages that are under way together."""

    def run(replies, *, then=b""):
        def behave(peer):
            peer.sendall(b"220 relay\r\n")
            peer.recv(1000)
            peer.sendall(EHLO)
            heard = b""
            while not heard.endswith(LAST_OF_TWO):
                heard += peer.recv(65_536)
            peer.sendall(replies)
            if then:
                peer.recv(65_536)
                peer.sendall(then)

        with raw_server(behave) as port:
            session = open_session(quick_relay(stage.make_sink(), port=port), "client.example.org")
            session.replies_identify_commands, session.inflight.size = True, 2
            stop = chunked.deliver(session, stage.envelopes(2), stage.notes, go)
            session.abort()
        assert stop is not None
        return stop

    return run


NO_SENDER = b"550 5.7.1 not you\r\n503 5.5.1 no sender\r\n503 5.5.1 no sender\r\n"
NO_RESET = b"250 2.0.0 reset\r\n" + NO_SENDER


def test_a_refusal_and_then_the_end_is_still_the_trouble(answered, stage):
    stop = answered(NO_SENDER)
    assert (stop.kind, stop.reason, stop.unanswered) == (BreakKind.PAUSED, Reason.SENDER_REFUSED, (1,))
    assert stage.notes.taken_back == [0]
    assert stage.notes.outcomes == {}


def test_refusals_for_all_and_then_the_end_leave_nobody_unanswered(answered, stage):
    stop = answered(NO_SENDER + NO_RESET)
    assert (stop.kind, stop.reason, stop.unanswered) == (BreakKind.PAUSED, Reason.SENDER_REFUSED, ())
    assert stage.notes.taken_back == [0, 1]


def test_a_goodbye_after_the_refusal_tries_again_only_what_was_not_refused(answered, stage):
    stop = answered(NO_SENDER + b"421 4.3.2 bye\r\n")
    assert (stop.kind, stop.reason, stop.unanswered) == (BreakKind.PAUSED, Reason.SENDER_REFUSED, ())
    assert stage.notes.taken_back == [0]
    assert stage.notes.outcomes == {1: "retry(busy)"}


def test_a_goodbye_in_place_of_the_last_refusal_does_not_change_the_first(answered, stage):
    stop = answered(b"250 2.1.0 a\r\n550 5.1.1 who\r\n421 4.7.0 too many errors\r\n")
    assert (stop.kind, stop.reason, stop.unanswered) == (BreakKind.LOST, Reason.BUSY, ())
    assert stage.notes.outcomes == {0: "rejected(no_such_user)", 1: "retry(busy)"}


def test_a_sender_refused_before_a_message_that_is_taken_is_no_sender_refused(answered, stage):
    """The replies have come apart: nothing is believed, and nothing is taken back."""
    stop = answered(b"250 2.1.0 a\r\n250 2.1.5 b\r\n530 5.7.0 nobody asked\r\n250 2.6.0 taken\r\n" + GOOD)
    assert (stop.kind, stop.protocol_error, stop.unanswered) == (BreakKind.LOST, True, (0, 1))
    assert stage.notes.taken_back == []
    assert stage.notes.outcomes == {}


def test_a_refused_command_whose_message_is_taken_all_the_same_is_not_believed(answered, stage):
    stop = answered(b"530 5.7.0 log in\r\n250 2.1.5 b\r\n250 2.6.0 taken\r\n" + GOOD)
    assert (stop.kind, stop.protocol_error, stop.unanswered) == (BreakKind.LOST, True, (0, 1))
    assert stage.notes.taken_back == []


def test_a_refused_reset_takes_back_what_was_refused_with_it(answered, stage):
    first = GOOD.removeprefix(b"250 2.0.0 reset\r\n")
    no_more = b"554 5.5.0 too many\r\n"
    stop = answered(first + 4 * no_more, then=4 * no_more)
    assert (stop.kind, stop.reason, stop.index) == (BreakKind.LOST, Reason.PROTOCOL, 1)
    assert stage.notes.outcomes == {0: "sent"}
    assert stage.notes.unanswered == set(stop.unanswered)


def test_a_refused_reset_and_then_the_end_proves_nothing(answered, stage):
    stop = answered(GOOD.removeprefix(b"250 2.0.0 reset\r\n") + b"502 5.5.1 what\r\n")
    assert (stop.kind, stop.unanswered) == (BreakKind.LOST, (1,))
    assert stage.notes.outcomes == {0: "sent"}
    assert stage.notes.taken_back == []
