"""Who is marked when a connection ends before a body was handed over: one rule for every client."""

import pytest

from newsletter.smtp import pipelined, plain
from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.sink import Act, At, Rule
from newsletter.smtp.verdict import Reason

EACH = pytest.mark.parametrize("deliver", [plain.deliver, pipelined.deliver], ids=["plain", "pipelined"])
ENDS = pytest.mark.parametrize(
    ("act", "reason"), [(Act.DROP, Reason.LOST), (Act.SILENT, Reason.SILENT)], ids=["drop", "silent"]
)
OPENED = {  # what a server says until it waits for a body
    plain.deliver: (b"250 a\r\n", b"250 b\r\n", b"354 c\r\n"),
    pipelined.deliver: (b"250 a\r\n250 b\r\n354 c\r\n",),
}


def go() -> bool:
    return True


@EACH
@ENDS
def test_on_a_fresh_connection_whoever_was_named_to_the_server_goes_to_the_back(deliver, act, reason, stage):
    """RCPT was sent ahead by the pipelining client only: the plain one had named nobody yet."""
    sink = stage.make_sink(Rule(At.MAIL, act))
    stop = deliver(stage.dial(sink), stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index, stop.unanswered) == (BreakKind.LOST, reason, 0, ())
    assert stage.notes.outcomes == ({0: f"retry({reason})"} if deliver is pipelined.deliver else {})


@EACH
@ENDS
def test_a_used_connection_that_ends_between_two_messages_marks_nobody(deliver, act, reason, stage):
    sink = stage.make_sink(Rule(At.MAIL, act, skip=2))
    stop = deliver(stage.dial(sink), stage.envelopes(5), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index, stop.unanswered) == (BreakKind.LOST, reason, 2, ())
    assert stage.notes.outcomes == {0: "sent", 1: "sent"}


@EACH
@ENDS
def test_from_rcpt_on_it_may_be_the_recipient_also_on_a_used_connection(deliver, act, reason, stage):
    sink = stage.make_sink(Rule(At.RCPT, act, recipient="u2@*"))
    stop = deliver(stage.dial(sink), stage.envelopes(5), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index, stop.unanswered) == (BreakKind.LOST, reason, 2, ())
    assert stage.notes.outcomes == {0: "sent", 1: "sent", 2: f"retry({reason})"}


@EACH
def test_a_used_connection_that_is_gone_before_the_first_command_marks_nobody(deliver, stage):
    session = stage.dial(stage.make_sink())
    session.messages = 7
    session.wire.abort()
    stop = deliver(session, stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.index, stop.unanswered) == (BreakKind.LOST, 0, ())
    assert stage.notes.outcomes == {}


@EACH
@pytest.mark.parametrize(
    ("goodbye", "reason"),
    [
        (b"421 4.3.2 shutting down\r\n", Reason.BUSY),
        (b"421 4.7.0 too fast\r\n", Reason.THROTTLED),
        (b"42", Reason.SILENT),  # half of one, and then nothing
    ],
)
def test_a_goodbye_that_nobody_asked_for_before_a_body_is_a_lost_connection(
    deliver, goodbye, reason, served, stage
):
    *before, last = OPENED[deliver]
    stop = served(deliver, 1, *before, last + goodbye)
    assert (stop.kind, stop.reason, stop.protocol_error, stop.unanswered) == (
        BreakKind.LOST,
        reason,
        False,
        (),
    )
    assert stage.notes.handed == []
    assert stage.notes.outcomes == {0: f"retry({reason})"}
    if reason is not Reason.SILENT:
        assert f"{stop.reply}\r\n".encode() == goodbye
        assert stage.notes.answers[0][1] is stop.reply


@EACH
def test_a_goodbye_that_nobody_asked_for_after_a_message_marks_nobody_else(deliver, stage):
    sink = stage.make_sink(Rule(At.BODY, Act.EXTRA, code=421, text="4.3.2 shutting down", recipient="u1@*"))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(2), stage.notes, go)
    if deliver is pipelined.deliver:
        assert stop is not None
        assert (stop.kind, stop.reason, stop.protocol_error, stop.index) == (
            BreakKind.LOST,
            Reason.BUSY,
            False,
            1,
        )
    else:  # it looks before it sends the next command
        stop = deliver(session, stage.envelopes(3)[2:], stage.notes, go)
        assert stop is not None
        assert (stop.kind, stop.reason, stop.protocol_error, stop.index) == (
            BreakKind.LOST,
            Reason.BUSY,
            False,
            2,
        )
    assert session.closed
    assert stage.notes.outcomes == {0: "sent", 1: "sent"}
