"""The same permanent refusal for everybody is about the sender's account: nobody is marked for it."""

from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import select

from newsletter.mailings.models import Outcome
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.reserve import Window
from newsletter.sending.tally import Line
from newsletter.smtp.sink import At, Rule, Script, Sink
from newsletter.transports.models import TransportCooldown
from tests.databases import BOTH
from tests.extent import usual
from tests.sending.conftest import READERS
from tests.sending.pressing import press

Count = Callable[[], MailingTotals]
TAKEN = 7
DIALOGUES = ["plain", "pipelining", "chunking"]
PLACES = [At.RCPT, At.BODY]
SIZES = [1, 4, 10]
# Each value together with each value of each other parameter.
PAIRWISE = [
    ("sqlite", "plain", At.RCPT, 1),
    ("postgresql", "plain", At.BODY, 4),
    ("sqlite", "plain", At.BODY, 10),
    ("postgresql", "pipelining", At.BODY, 1),
    ("sqlite", "pipelining", At.RCPT, 4),
    ("postgresql", "pipelining", At.RCPT, 10),
    ("sqlite", "chunking", At.BODY, 1),
    ("postgresql", "chunking", At.RCPT, 4),
    ("sqlite", "chunking", At.BODY, 10),
]


def used_up(at: At = At.RCPT, text: str = "Ask the billing desk", code: int = 550) -> Script:
    return Script([Rule(at, code=code, text=text, skip=TAKEN)])


@pytest.mark.parametrize(
    ("database_url", "dialogue", "at", "size"),
    usual(PAIRWISE, soak=list(product(BOTH, DIALOGUES, PLACES, SIZES))),
    indirect=["database_url"],
)
def test_nobody_is_marked_for_what_everybody_is_told(
    make_process: Callable[..., SendingProcess],
    mailing_id: int,
    sink: Sink,
    count: Count,
    runtime: Runtime,
    dialogue: str,
    at: At,
    size: int,
) -> None:
    sink.script = used_up(at)
    process = make_process(window_size=size, smtp_url=f"{sink.url}&dialogue={dialogue}")
    assert process.drain(mailing_id, seconds=30) is False
    found = count()
    assert (found.sent, found.rejected, found.pending) == (TAKEN, 0, READERS - TAKEN)
    assert found.state == "paused"
    assert "Ask the billing desk" in found.reason
    with runtime.session() as session:
        assert "in the same way" in session.scalars(select(TransportCooldown.reason)).one()
    sink.script = Script()
    press(runtime, control.resume, mailing_id)
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().state) == (READERS, "finished")
    assert len({record.recipient for record in sink.records}) == len(sink.records) == READERS


def test_what_is_said_to_three_people_only_is_believed_once_somebody_has_resumed(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = Script([Rule(At.RCPT, code=550, text="No", recipient=f"reader{n}@*") for n in (3, 4, 5)])
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().rejected) == ("paused", 0)
    press(runtime, control.resume, mailing_id)
    process.drain(mailing_id, seconds=30)
    found = count()
    assert (found.state, found.sent, found.rejected) == ("finished", READERS - 3, 3)


def test_a_mailing_that_is_resumed_too_early_marks_nobody(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    sink.script = used_up(text="5.9.9 Not today")
    process.drain(mailing_id, seconds=30)
    sink.script = Script([Rule(At.RCPT, code=554, text="Still not")])
    press(runtime, control.resume, mailing_id)
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().rejected, count().pending) == ("paused", 0, READERS - TAKEN)


def test_two_who_are_refused_alike_are_rejected(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script([Rule(At.RCPT, code=550, text="No", recipient=f"reader{n}@*") for n in (3, 5)])
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().rejected_reasons) == ("finished", {"refused": 2})


def test_dead_addresses_that_stand_together_are_rejected(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = Script(
        [Rule(At.RCPT, code=550, text="5.1.1 No such user", recipient=f"reader{n}@*") for n in range(3, 9)]
    )
    process.drain(mailing_id, seconds=30)
    assert (count().state, count().rejected_reasons) == ("finished", {"no_such_user": 6})


def test_who_was_marked_before_it_was_clear_is_pending_again(
    process: SendingProcess,
    mailing_id: int,
    sink: Sink,
    count: Count,
    reserve_window: Callable[[int], Window],
    settles: Callable[[Window], None],
) -> None:
    """Two were refused at the end of a window, whose process died; the next one cannot know of them."""
    window = reserve_window(TAKEN + 2)
    for place, person in enumerate(window.recipients):
        refused = Line(Outcome.REJECTED, "refused", 550)
        window.tally.answered(person.seq, refused if place >= TAKEN else Line(Outcome.SENT, code=250))
    settles(window)
    assert count().rejected == 2
    sink.script = Script([Rule(At.RCPT, code=550, text="Ask the billing desk")])
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().rejected, count().pending) == (TAKEN, 0, READERS - TAKEN)
    assert count().state == "paused"


def test_a_limit_in_words_that_are_known_marks_nobody(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count
) -> None:
    sink.script = used_up(text="5.2.2 Your plan allows 7 messages per hour", code=552)
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().rejected, count().state) == (TAKEN, 0, "paused")
