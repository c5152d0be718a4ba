"""What the two pipelining clients do beyond the plain one, and where they give up being clever."""

from dataclasses import replace

import pytest

from newsletter.smtp import chunked, pipelined, plain
from newsletter.smtp.deliver import choose
from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.inflight_window import FEWEST, MOST, InflightWindow
from newsletter.smtp.session import Capabilities
from newsletter.smtp.sink import Act, At, Rule
from newsletter.smtp.url import Dialogue
from newsletter.smtp.verdict import Reason
from newsletter.smtp.wire import Lost, Wire

BOTH = pytest.mark.parametrize("deliver", [pipelined.deliver, chunked.deliver], ids=["pipelined", "chunked"])
BIG = b"Subject: big\r\n\r\n" + (b"x" * 70 + b"\r\n") * 150_000  # more than the kernels' buffers hold


def go() -> bool:
    return True


def got(sink):
    return [record.recipient for record in sink.records]


@BOTH
def test_every_message_arrives_as_it_was(deliver, stage):
    sink = stage.make_sink()
    body = b".Subject: dots\r\n\r\n.\r\n..\r\nlast\r\n"
    envelopes = [replace(envelope, body=body) for envelope in stage.envelopes(40)]
    session = stage.dial(sink)
    assert deliver(session, envelopes, stage.notes, go) is None
    assert set(stage.notes.outcomes.values()) == {"sent"}
    assert got(sink) == [f"u{n}@example.org" for n in range(40)]
    assert {record.content for record in sink.records} == {body}
    assert session.messages == 40
    assert session.alive()
    assert deliver(session, stage.envelopes(2), type(stage.notes)(), go) is None  # and once more


@BOTH
def test_nothing_to_send_says_nothing(deliver, stage):
    sink = stage.make_sink(Rule(At.MAIL, Act.DROP))
    session = stage.dial(sink)
    assert deliver(session, [], stage.notes, go) is None
    assert session.alive()


# what the server does to u1; what the journal says of u1; how the client stops; whether u2 got theirs
@BOTH
@pytest.mark.parametrize(
    ("rule", "outcome", "ended"),
    [
        (Rule(At.RCPT, code=550, text="5.1.1 Who?"), "rejected(no_such_user)", None),
        (Rule(At.RCPT, code=450, text="4.2.0 Later"), "retry(later)", None),
        (Rule(At.BODY, code=554, text="5.7.1 Spam"), "rejected(policy)", None),
        (Rule(At.BODY, code=451, text="4.7.1 Greylisted"), "retry(greylisted)", None),
        (Rule(At.RCPT, code=421, text="4.7.0 Bye"), "retry(throttled)", (BreakKind.LOST, Reason.THROTTLED)),
        (Rule(At.BODY, code=421, text="4.3.2 Bye"), "retry(busy)", (BreakKind.LOST, Reason.BUSY)),
        (
            Rule(At.BODY, code=530, text="No"),
            None,
            (BreakKind.PAUSED, Reason.AUTH_REQUIRED),
        ),
    ],
)
def test_a_refusal_of_the_second_of_three(deliver, rule, outcome, ended, stage):
    sink = stage.make_sink(replace(rule, recipient="u1@*"))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(3), stage.notes, go)
    assert stage.notes.outcomes[0] == "sent"
    assert stage.notes.outcomes.get(1) == outcome
    assert stage.notes.unanswered == set()
    if ended is None:
        assert stop is None
        assert got(sink) == ["u0@example.org", "u2@example.org"]
        assert session.alive()
        return
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index, stop.unanswered) == (*ended, 1, ())
    assert ("u2@example.org" in got(sink)) is (stage.notes.outcomes.get(2) == "sent")


@BOTH
@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("act", [Act.DROP, Act.SILENT])
def test_without_an_answer_the_bodies_under_way_are_unanswered(deliver, act, recorded, stage):
    sink = stage.make_sink(Rule(At.BODY, act, recipient="u3@*", recorded=recorded))
    session = stage.dial(sink)
    session.replies_identify_commands, session.inflight.size = True, 4
    stop = deliver(session, stage.envelopes(40), stage.notes, go)
    assert stop is not None
    assert stop.kind is BreakKind.LOST
    assert stop.unanswered == tuple(sorted(set(stage.notes.handed) - set(stage.notes.answers)))
    assert stop.unanswered[0] == 3
    assert len(stop.unanswered) <= (1 if deliver is pipelined.deliver else MOST)
    assert session.closed


@BOTH
def test_a_body_that_was_not_wholly_handed_over_is_retried(deliver, stage):
    sink = stage.make_sink(Rule(At.CONTENT, Act.DROP, octets=100_000), receive_buffer=65_536)
    stop = deliver(stage.dial(sink), stage.envelopes(2, BIG), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.unanswered) == (BreakKind.LOST, ())
    assert stage.notes.outcomes == {0: "retry(lost)"}
    assert sink.records == []


@BOTH
def test_it_stops_when_told_and_leaves_the_rest_untouched(deliver, stage):
    sink = stage.make_sink()
    leave = iter([True, True, False, False])
    stop = deliver(stage.dial(sink), stage.envelopes(6), stage.notes, lambda: next(leave))
    assert stop is not None
    assert stop.kind is BreakKind.STOPPED
    assert len(got(sink)) == stop.index
    assert stage.notes.handed == list(range(stop.index))
    assert set(stage.notes.outcomes.values()) == {"sent"}


def test_it_stops_after_a_refusal_with_a_session_that_goes_on_later(stage):
    sink = stage.make_sink(Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u0@*"))
    leave = iter([True, False])
    session = stage.dial(sink)
    stop = pipelined.deliver(session, stage.envelopes(2), stage.notes, lambda: next(leave))
    assert stop is not None
    assert (stop.kind, stop.index) == (BreakKind.STOPPED, 1)
    assert session.alive()


class _Short(Wire):
    """Breaks shortly before the end of what it should write with a body."""

    def send(self, octets: bytes, timeout: float) -> None:
        if b"\r\n.\r\n" not in octets:
            super().send(octets, timeout)
            return
        super().send(octets[:-6], timeout)
        raise Lost("the connection was lost while writing", taken=len(octets) - 6)


def test_a_body_that_has_gone_is_answered_for_although_the_commands_after_it_have_not(stage):
    sink = stage.make_sink()
    session = stage.dial(sink)
    session.wire = _Short(session.wire._sock)
    stop = pipelined.deliver(session, stage.envelopes(3), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.index, stop.unanswered) == (BreakKind.LOST, 1, ())
    assert stage.notes.outcomes == {0: "sent", 1: "retry(silent)"}
    assert got(sink) == ["u0@example.org"]


@BOTH
def test_it_does_not_begin_when_told_so_at_once(deliver, stage):
    sink = stage.make_sink()
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(2), stage.notes, lambda: False)
    assert stop is not None
    assert (stop.kind, stop.index) == (BreakKind.STOPPED, 0)
    assert session.alive()
    assert got(sink) == []


@BOTH
def test_who_cannot_be_written_to_is_rejected_and_the_others_get_theirs(deliver, stage):
    sink = stage.make_sink(smtputf8=False)
    envelopes = stage.envelopes(3)
    envelopes[1] = replace(envelopes[1], recipient="jörg@example.org")
    assert deliver(stage.dial(sink), envelopes, stage.notes, go) is None
    assert stage.notes.outcomes == {0: "sent", 1: "rejected(needs_smtputf8)", 2: "sent"}


@BOTH
def test_a_sender_who_cannot_write_pauses_after_what_is_under_way(deliver, stage):
    sink = stage.make_sink()
    envelopes = stage.envelopes(4)
    envelopes[2] = replace(envelopes[2], sender="nobody at all")
    stop = deliver(stage.dial(sink), envelopes, stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.index) == (BreakKind.PAUSED, 2)
    assert stage.notes.outcomes == {0: "sent", 1: "sent"}


@BOTH
@pytest.mark.parametrize("fails", ["on_handing_over", "on_answered"])
def test_when_the_journal_cannot_write_nothing_further_is_sent(deliver, fails, stage):
    sink = stage.make_sink()

    def full(_index):
        raise OSError(28, "No space left on device")

    setattr(stage.notes, fails, full)
    session = stage.dial(sink)
    with pytest.raises(OSError, match="No space"):
        deliver(session, stage.envelopes(3), stage.notes, go)
    assert session.closed
    assert len(got(sink)) <= (1 if fails == "on_answered" else 0)


@BOTH
def test_a_command_that_is_not_understood_is_a_surprise_not_a_pause(deliver, stage):
    sink = stage.make_sink(Rule(At.MAIL, code=503, text="5.5.1 Bad sequence"))
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.protocol_error, stop.unanswered) == (BreakKind.LOST, True, ())
    assert session.closed
    assert "sent" not in stage.notes.outcomes.values()


@pytest.mark.parametrize(
    ("offered", "most", "client"),
    [
        ({}, Dialogue.CHUNKING, plain),
        ({"chunking": True}, Dialogue.CHUNKING, plain),
        ({"pipelining": True}, Dialogue.CHUNKING, pipelined),
        ({"pipelining": True, "chunking": True}, Dialogue.CHUNKING, chunked),
        ({"pipelining": True, "chunking": True}, Dialogue.PIPELINING, pipelined),
        ({"pipelining": True, "chunking": True}, Dialogue.PLAIN, plain),
    ],
)
def test_the_fastest_client_that_both_sides_can_be_trusted_with(offered, most, client):
    assert choose(Capabilities(**offered), most) is client.deliver


def test_the_window_follows_the_round_trip(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("newsletter.core.clock.monotonic", lambda: now[0])
    far = InflightWindow()
    under_way: list[float] = []
    for _ in range(200):  # a server 20 ms away that takes a thousand messages a second
        while len(under_way) < far.size:
            far.started()
            under_way.append(max(now[0] + 0.02, (under_way[-1] if under_way else 0) + 0.001))
        now[0] = under_way.pop(0)
        far.answered()
    assert far.size == MOST

    near, now[0] = InflightWindow(), 0.0
    for _ in range(50):  # one on this machine
        near.started()
        now[0] += 0.0001
        near.answered()
    assert near.size == FEWEST
