"""The judge itself: each part of the promise, broken on purpose, is noticed."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.mailings.models import Delivery, MailingState, Outcome
from newsletter.runtime import Runtime
from newsletter.sending.drain import SendingProcess
from newsletter.sending.tally import Tally
from newsletter.smtp.sink import Record, Sink
from tests.faults.promise import Excuses, judge, unfinished

READERS = 20
NONE = Excuses()


@pytest.fixture
def sent(
    runtime: Runtime, make_mailing: Callable[..., int], make_process: Callable[..., SendingProcess]
) -> int:
    mailing_id = make_mailing(READERS)
    make_process().drain(mailing_id, seconds=30)
    return mailing_id


def broken(runtime: Runtime, mailing_id: int, records: list[Record], excuses: Excuses = NONE) -> str:
    with runtime.session() as session:
        return " ".join(judge(session, mailing_id, records, excuses).broken)


def test_a_tally_of_a_living_process_is_waited_for(tmp_path: Path) -> None:
    """A mailing is over with the last commit; whoever made it deletes its tally only then."""
    held = Tally.create(tmp_path, "w1", 1, [1, 2])
    held.started(1)
    timer = threading.Timer(0.3, held.discard)
    timer.start()
    assert unfinished(tmp_path, 1) == frozenset()
    timer.join()
    left = Tally.create(tmp_path, "w2", 1, [3, 4])
    left.started(3)
    left.close()
    assert unfinished(tmp_path, 1) == {3}


def call_unanswered(runtime: Runtime, mailing_id: int, seq: int) -> None:
    from newsletter.mailings import counts
    from newsletter.mailings.lifecycle import lock

    with runtime.session() as session:
        lock(session, mailing_id)
        session.get_one(Delivery, (mailing_id, seq)).outcome = Outcome.UNANSWERED
        moved = counts.moved([((Outcome.SENT, ""), (Outcome.UNANSWERED, ""))])
        counts.change(session, mailing_id, moved)
        session.commit()


def test_kept(runtime: Runtime, sent: int, sink: Sink) -> None:
    assert broken(runtime, sent, sink.records) == ""
    assert (
        broken(runtime, sent, [*sink.records, Record("x@a.example", "<system.1.1@a.example>", "", 1, 1)])
        == ""
    )


def test_two_copies(runtime: Runtime, sent: int, sink: Sink) -> None:
    assert "I1: more than one copy" in broken(runtime, sent, [*sink.records, sink.records[3]])


def test_a_copy_for_somebody_else(runtime: Runtime, sent: int, sink: Sink) -> None:
    first, second, *others = sink.records
    changed = [first._replace(recipient=second.recipient), second._replace(recipient=first.recipient)]
    assert "got the copy of" in broken(runtime, sent, [*changed, *others])


def test_called_sent_without_a_copy(runtime: Runtime, sent: int, sink: Sink) -> None:
    assert "I4: 1 are called sent" in broken(runtime, sent, sink.records[1:])


def test_somebody_forgotten(runtime: Runtime, sent: int, sink: Sink) -> None:
    from newsletter.mailings.models import Mailing

    with runtime.session() as session:
        session.get_one(Mailing, sent).state = MailingState.SENDING
        session.commit()
    assert "I2: it is not over" in broken(runtime, sent, sink.records)


def test_unanswered_needs_a_reason(runtime: Runtime, sent: int, sink: Sink) -> None:
    call_unanswered(runtime, sent, 7)
    assert "I3: 1 unanswered" in broken(runtime, sent, sink.records)
    assert broken(runtime, sent, sink.records, Excuses(connections=1, under_way=1)) == ""
    assert broken(runtime, sent, sink.records, Excuses(died=frozenset({7}))) == ""
    assert "I3: 1 unanswered" in broken(runtime, sent, sink.records, Excuses(died=frozenset({8})))


def test_a_copy_that_the_ledger_denies(runtime: Runtime, sent: int, sink: Sink) -> None:
    from newsletter.mailings import counts
    from newsletter.mailings.lifecycle import lock

    with runtime.session() as session:
        lock(session, sent)
        row = session.get_one(Delivery, (sent, 5))
        row.outcome, row.reason = Outcome.REJECTED, "refused"
        counts.change(session, sent, counts.moved([((Outcome.SENT, ""), (Outcome.REJECTED, "refused"))]))
        session.commit()
    assert "I4: 1 got one that the ledger does not know of" in broken(runtime, sent, sink.records)
