"""A connection that has had enough of messages, or of RSET, is no trouble: another one goes on."""

import pytest

from newsletter.smtp import chunked, pipelined, plain
from newsletter.smtp.dialogue import BreakKind
from newsletter.smtp.sink import At, Rule
from newsletter.smtp.verdict import Reason

EACH = pytest.mark.parametrize(
    "deliver", [plain.deliver, pipelined.deliver, chunked.deliver], ids=["plain", "pipelined", "chunked"]
)
ENOUGH = Rule(At.MAIL, code=452, text="4.5.3 Too many messages sent")


def go() -> bool:
    return True


@EACH
def test_marks_nobody_and_another_may_go_on(deliver, stage):
    sink = stage.make_sink(Rule(At.MAIL, code=452, text="4.5.3 Too many messages sent", skip=3))
    session = stage.dial(sink)
    session.replies_identify_commands, session.inflight.size = True, 4
    stop = deliver(session, stage.envelopes(8), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index) == (BreakKind.LOST, Reason.BUSY, 3)
    assert (stop.protocol_error, stop.unanswered) == (False, ())
    assert stage.notes.outcomes == dict.fromkeys(range(3), "sent")
    assert stage.notes.unanswered == set()
    assert session.closed


@EACH
def test_is_trouble_when_it_is_fresh(deliver, stage):
    stop = deliver(stage.dial(stage.make_sink(ENOUGH)), stage.envelopes(2), stage.notes, go)
    assert stop is not None
    assert (stop.kind, stop.reason, stop.index) == (BreakKind.PAUSED, Reason.BUSY, 0)
    assert stop.temporary
    assert stage.notes.outcomes == {}
    assert stage.notes.unanswered == set()


@EACH
def test_may_say_so_to_rset(deliver, stage):
    sink = stage.make_sink(
        Rule(At.RCPT, code=550, text="5.1.1 Who?", recipient="u0@*"),
        Rule(At.RSET, code=554, text="Too many nonmail commands"),
    )
    session = stage.dial(sink)
    stop = deliver(session, stage.envelopes(3), stage.notes, go)
    assert stop is not None
    assert stop.kind is BreakKind.LOST
    if deliver is chunked.deliver:  # it asks before it believes the refusal, and gets no proper answer
        assert (stop.protocol_error, stop.unanswered) == (True, (0,))
        return
    assert (stop.reason, stop.index, stop.protocol_error) == (Reason.BUSY, 1, False)
    assert stage.notes.outcomes == {0: "rejected(no_such_user)"}
    assert session.closed
