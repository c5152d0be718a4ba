"""Servers that say what nobody can understand, or only half of it."""

import pytest

from newsletter.smtp import chunked, pipelined, plain
from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.verdict import Reason

REFUSED = b"250 2.1.0 a\r\n550 5.1.1 who\r\n554 5.5.1 nobody\r\n"
ANSWERS = {plain.deliver: b"250 a\r\n", pipelined.deliver: b"250 a\r\n250 b\r\n354 c\r\n"}


def test_a_garbled_reply_to_a_command_is_trouble_for_the_plain_dialogue(served, stage):
    stop = served(plain.deliver, 1, b"what?\r\n")
    assert (stop.kind, stop.reason) == (BreakKind.PAUSED, Reason.PROTOCOL)
    assert stage.notes.outcomes == {}


def test_and_a_surprise_for_the_pipelined_one(served, stage):
    stop = served(pipelined.deliver, 1, b"what?\r\n")
    assert (stop.kind, stop.reason, stop.protocol_error) == (BreakKind.LOST, Reason.PROTOCOL, True)
    assert stage.notes.outcomes == {}


def test_with_chunking_the_body_has_gone_by_then(served, stage):
    stop = served(chunked.deliver, 1, b"what?\r\n")
    assert (stop.protocol_error, stop.unanswered) == (True, (0,))


@pytest.mark.parametrize("deliver", ANSWERS, ids=["plain", "pipelined"])
@pytest.mark.parametrize("nonsense", [b"250 x\r\n", b"what?\r\n"])
def test_what_nobody_asked_for_before_a_body_ends_it(deliver, nonsense, served, stage):
    stop = served(deliver, 1, ANSWERS[deliver] + nonsense)
    ahead = deliver is pipelined.deliver
    assert stop.kind is (BreakKind.LOST if ahead else BreakKind.PAUSED)
    assert (stop.protocol_error, stop.reason, stop.unanswered) == (ahead, Reason.PROTOCOL, ())
    assert stage.notes.handed == []
    assert stage.notes.outcomes == {}


def test_a_question_that_gets_a_garbled_answer_leaves_the_refused_unanswered(served, stage):
    stop = served(chunked.deliver, 1, REFUSED, b"what?\r\n")
    assert (stop.protocol_error, stop.unanswered) == (True, (0,))
    assert stage.notes.outcomes == {}


def test_a_question_that_gets_no_answer_leaves_them_refused(served, stage):
    stop = served(chunked.deliver, 1, REFUSED)
    assert (stop.kind, stop.protocol_error, stop.unanswered) == (BreakKind.LOST, False, ())
    assert stage.notes.outcomes == {0: "rejected(no_such_user)"}


def test_nonsense_after_a_goodbye_is_no_goodbye(served, stage):
    stop = served(chunked.deliver, 1, b"421 4.3.2 bye\r\nwhat?\r\n")
    assert (stop.protocol_error, stop.unanswered) == (True, (0,))


def test_refusals_after_a_goodbye_are_of_no_interest(served, stage):
    stop = served(chunked.deliver, 1, b"421 4.3.2 bye\r\n" + b"421 4.3.2 bye\r\n" * 7)
    assert (stop.kind, stop.reason, stop.unanswered) == (BreakKind.LOST, Reason.BUSY, ())
    assert stage.notes.outcomes == {0: "retry(busy)"}
