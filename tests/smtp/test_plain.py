"""The plain dialogue against a real server with every fault that a server can have."""

import threading
import time
from dataclasses import replace

import pytest

from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.plain import deliver
from newsletter.smtp.sink import Act, At, Rule
from newsletter.smtp.verdict import Reason

BIG = (b"x" * 70 + b"\r\n") * 150_000  # more than the kernel's buffers on both sides hold


def go() -> bool:
    return True


def got(sink):
    return [record.recipient for record in sink.records]


def test_each_message_is_journalled_before_it_leaves_and_after_it_is_taken(stage):
    sink = stage.make_sink()
    stage.notes.on_handing_over = lambda index: (
        None if len(sink.records) == index else pytest.fail("left early")
    )
    stage.notes.on_answered = lambda index: (
        None if len(sink.records) == index + 1 else pytest.fail("told early")
    )
    session = stage.dial(sink)
    assert deliver(session, stage.envelopes(20), stage.notes, go) is None
    assert stage.notes.handed == list(range(20))
    assert set(stage.notes.outcomes.values()) == {"sent"}
    assert [record.message_id for record in sink.records] == [f"<{n}@example.com>" for n in range(20)]
    assert {record.sender for record in sink.records} == {"news@example.com"}
    assert session.messages == 20
    session.close()
    assert sink.counts.connections == 1


# what the server does to u1; what the journal says of u1; how the client stops; whether u0 and u2 got theirs
@pytest.mark.parametrize(
    ("rule", "handed", "outcome", "stop"),
    [
        # one person is refused, the others go on
        (Rule(At.RCPT, code=550, text="5.1.1 Who?"), False, "rejected(no_such_user)", None),
        (Rule(At.RCPT, code=450, text="4.2.0 Later"), False, "retry(later)", None),
        (Rule(At.RCPT, code=552, text="5.2.2 Full"), False, "rejected(mailbox_full)", None),
        (Rule(At.DATA, code=451, text="4.3.0 Later"), False, "retry(busy)", None),
        (Rule(At.DATA, code=550, text="5.1.1 Who?"), False, "rejected(no_such_user)", None),
        (Rule(At.BODY, code=550, text="5.1.1 Who?"), True, "rejected(no_such_user)", None),
        (Rule(At.BODY, code=554, text="5.7.1 Spam"), True, "rejected(policy)", None),
        (Rule(At.BODY, code=451, text="4.7.1 Greylisted"), True, "retry(greylisted)", None),
        (Rule(At.BODY, Act.STALL, seconds=0.1), True, "sent", None),
        (Rule(At.RCPT, Act.STALL, seconds=0.1), True, "sent", None),
        (Rule(At.DATA, Act.STALL, seconds=0.1), True, "sent", None),
        # the transport or the sender is in trouble: nobody is marked
        (Rule(At.MAIL, code=550, text="5.1.8 No"), False, None, ("paused", Reason.SENDER_REFUSED)),
        (Rule(At.MAIL, code=451, text="4.3.0 No"), False, None, ("paused", Reason.BUSY)),
        (Rule(At.MAIL, code=530, text="5.7.0 AUTH"), False, None, ("paused", Reason.AUTH_REQUIRED)),
        (Rule(At.RCPT, code=550, text="5.7.1 No"), False, None, ("paused", Reason.POLICY)),
        (Rule(At.RCPT, code=554, text="Relay access denied"), False, None, ("paused", Reason.RELAY_DENIED)),
        (Rule(At.DATA, code=554, text="Go away"), False, None, ("paused", Reason.REFUSED)),
        (Rule(At.DATA, code=250, text="What?"), False, None, ("paused", Reason.PROTOCOL)),
        (Rule(At.MAIL, code=354, text="What?"), False, None, ("paused", Reason.PROTOCOL)),
        # … not even whose body was handed over: it was refused whole, and is taken back
        (Rule(At.BODY, code=530), True, None, ("paused", Reason.AUTH_REQUIRED)),
        (Rule(At.BODY, code=550, text="5.7.26 No"), True, None, ("paused", Reason.SENDER_REFUSED)),
        (Rule(At.BODY, code=503, text="5.5.1 What?"), True, None, ("paused", Reason.PROTOCOL)),
        # the server says goodbye
        (Rule(At.MAIL, code=421, text="4.3.2 Bye"), False, "retry(busy)", ("lost", Reason.BUSY)),
        (Rule(At.RCPT, code=421, text="4.7.0 Bye"), False, "retry(throttled)", ("lost", Reason.THROTTLED)),
        (Rule(At.DATA, code=421, text="4.3.2 Bye"), False, "retry(busy)", ("lost", Reason.BUSY)),
        (Rule(At.BODY, code=421, text="4.3.2 Bye"), True, "retry(busy)", ("lost", Reason.BUSY)),
        # … or leaves without a word, or keeps silent, before it could have the whole message
        (Rule(At.MAIL, Act.DROP), False, None, ("lost", Reason.LOST)),
        (Rule(At.MAIL, Act.SILENT), False, None, ("lost", Reason.SILENT)),
        (Rule(At.RCPT, Act.DROP), False, "retry(lost)", ("lost", Reason.LOST)),
        (Rule(At.RCPT, Act.SILENT), False, "retry(silent)", ("lost", Reason.SILENT)),
        (Rule(At.DATA, Act.DROP), False, "retry(lost)", ("lost", Reason.LOST)),
        (Rule(At.DATA, Act.SILENT), False, "retry(silent)", ("lost", Reason.SILENT)),
    ],
)
def test_a_fault_at_the_second_message(rule, handed, outcome, stop, stage):
    sink = stage.make_sink(_for_u1(rule))
    answer = deliver(stage.dial(sink), stage.envelopes(3), stage.notes, go)
    assert stage.notes.outcomes.get(0) == "sent"
    assert stage.notes.outcomes.get(1) == outcome
    assert (1 in stage.notes.handed) is handed
    assert ("u1@example.org" in got(sink)) is (outcome == "sent")
    assert stage.notes.unanswered == set()
    if stop is None:
        assert answer is None
        assert stage.notes.outcomes[2] == "sent"
        assert sink.counts.connections == 1
    else:
        assert answer is not None
        assert (answer.kind, answer.reason, answer.index, answer.unanswered) == (*stop, 1, ())
        assert 2 not in stage.notes.outcomes
        assert 2 not in stage.notes.handed


def _for_u1(rule):
    """`rule` for the second message: by its recipient, or at MAIL, where none is known yet, by counting."""
    changes = {"skip": 1} if rule.at is At.MAIL else {"recipient": "u1@*"}
    return replace(rule, **changes)


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("act", [Act.DROP, Act.SILENT])
@pytest.mark.parametrize("encrypted", [False, True])
def test_no_answer_after_the_final_dot_is_unanswered(act, recorded, encrypted, stage, certificate):
    tls = certificate.context if encrypted else None
    sink = stage.make_sink(Rule(At.BODY, act, recipient="u1@*", recorded=recorded), tls=tls)
    session = stage.dial(sink, ca_file=certificate.pem)
    stop = deliver(session, stage.envelopes(3), stage.notes, go)
    assert stop is not None
    assert stop.kind is BreakKind.LOST
    assert stop.unanswered == (1,)
    assert stage.notes.handed == [0, 1]
    assert stage.notes.outcomes == {0: "sent"}
    assert ("u1@example.org" in got(sink)) is recorded
    assert session.closed


def test_a_reply_that_makes_no_sense_after_the_body_is_unanswered(stage):
    sink = stage.make_sink(Rule(At.BODY, code=354, text="Continue"))
    stop = deliver(stage.dial(sink), stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert stop.unanswered == (0,)
    assert stage.notes.outcomes == {}


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (Rule(At.CONTENT, Act.DROP, octets=100_000), "lost"),
        (Rule(At.CONTENT, Act.SILENT), "silent"),
    ],
)
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_body_that_was_not_wholly_handed_over_is_retried(rule, reason, encrypted, stage, certificate):
    sink = stage.make_sink(rule, receive_buffer=65_536, tls=certificate.context if encrypted else None)
    session = stage.dial(sink, ca_file=certificate.pem)
    body = b"Subject: big\r\n\r\n" + BIG
    stop = deliver(session, stage.envelopes(2, body), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.unanswered) == (BreakKind.LOST, ())
    assert stage.notes.handed == [0]
    assert stage.notes.outcomes == {0: f"retry({reason})"}
    assert session.closed
    assert sink.records == []


def test_a_body_that_was_cut_short_is_not_taken_by_the_server(stage, eventually):
    """The proof behind that retry: the connection ends inside the body, and the server throws it away."""
    sink = stage.make_sink(Rule(At.CONTENT, Act.STALL, seconds=1.5), receive_buffer=65_536)
    deliver(stage.dial(sink), stage.envelopes(1, BIG), stage.notes, go)
    assert stage.notes.outcomes == {0: "retry(silent)"}
    eventually(lambda: sink.counts.lost == 1)
    assert sink.records == []


def test_when_the_journal_cannot_write_nothing_is_sent(stage, eventually):
    sink = stage.make_sink()

    def full(_index):
        raise OSError(28, "No space left on device")

    stage.notes.on_handing_over = full
    session = stage.dial(sink)
    with pytest.raises(OSError, match="No space"):
        deliver(session, stage.envelopes(3), stage.notes, go)
    assert session.closed
    eventually(lambda: sink.counts.lost == 1)
    assert sink.records == []


def test_when_the_journal_fails_after_the_reply_nothing_further_is_sent(stage):
    sink = stage.make_sink()

    def full(_index):
        raise OSError(28, "No space left on device")

    stage.notes.on_answered = full
    session = stage.dial(sink)
    with pytest.raises(OSError, match="No space"):
        deliver(session, stage.envelopes(3), stage.notes, go)
    assert session.closed
    assert got(sink) == ["u0@example.org"]


def test_it_asks_before_each_message_and_stops_when_told(stage):
    sink = stage.make_sink()
    leave = iter([True, True, False])
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(5), stage.notes, lambda: next(leave))
    assert stop is not None
    assert (stop.kind, stop.index, stop.temporary) == (BreakKind.STOPPED, 2, True)
    assert got(sink) == ["u0@example.org", "u1@example.org"]
    assert session.alive()


def test_a_refused_recipient_leaves_a_session_that_goes_on_later(stage):
    sink = stage.make_sink(Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u0@*"))
    session = stage.dial(sink)
    assert deliver(session, stage.envelopes(1), stage.notes, go) is None
    assert session.dirty
    assert deliver(session, stage.envelopes(3)[1:], stage.notes, go) is None
    assert got(sink) == ["u1@example.org", "u2@example.org"]


@pytest.mark.parametrize("act", [Act.DROP, Act.SILENT])
def test_a_connection_lost_at_rset_marks_nobody(act, stage):
    sink = stage.make_sink(Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u0@*"), Rule(At.RSET, act))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.index) == (BreakKind.LOST, 1)
    assert stage.notes.outcomes == {0: "rejected(no_such_user)"}


@pytest.mark.parametrize(
    ("at", "code", "kind"),
    [
        (At.BODY, 250, BreakKind.PAUSED),
        (At.RCPT, 250, BreakKind.PAUSED),
        (At.DATA, 550, BreakKind.PAUSED),
        (At.BODY, 421, BreakKind.LOST),
    ],
)
def test_a_reply_that_nobody_asked_for_ends_it(at, code, kind, stage):
    sink = stage.make_sink(Rule(at, Act.EXTRA, code=code, text="Surprise"))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert stop.kind is kind
    assert session.closed
    assert stage.notes.outcomes == ({0: "sent"} if at is At.BODY else {})
    assert len(sink.records) == len(stage.notes.outcomes)


def test_replies_may_come_in_pieces(stage):
    sink = stage.make_sink(dribble=True)
    assert deliver(stage.dial(sink), stage.envelopes(5), stage.notes, go) is None
    assert len(sink.records) == 5


def test_shutting_down_does_not_wait_for_a_slow_server(stage):
    sink = stage.make_sink(Rule(At.BODY, Act.SILENT))
    session = stage.dial(sink)
    session.relay = replace(session.relay, timeouts=replace(session.timeouts, end=60))
    threading.Timer(0.2, session.hurry, [0.2]).start()
    start = time.monotonic()
    stop = deliver(session, stage.envelopes(1), stage.notes, go)
    assert time.monotonic() - start < 3
    assert stop is not None
    assert stop.unanswered == (0,)
