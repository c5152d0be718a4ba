"""Retrying rejected deliveries: they are pending again, and everything else stays as it was."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, Delivery, DeliveryRetry, Mailing, Outcome
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control, requeue
from newsletter.sending.drain import SendingProcess
from newsletter.sending.requeue import give_back_rejected, retry_rejected
from newsletter.sending.tally import Line
from newsletter.smtp.sink import At, Rule, Script, Sink
from newsletter.subscribers.models import State, Subscription
from tests.sending.conftest import READERS
from tests.sending.pressing import press_at_once

Count = Callable[[], MailingTotals]
REFUSALS = Script(
    [
        Rule(At.RCPT, code=550, text="5.1.1 No such user", recipient="reader7@*"),
        Rule(At.RCPT, code=552, text="5.2.2 Mailbox full", recipient="reader1[12]@*"),
    ]
)


@pytest.fixture
def refused(process: SendingProcess, mailing_id: int, sink: Sink) -> int:
    """A finished mailing with three rejected people; the relay takes everybody from now on."""
    sink.script = REFUSALS
    process.drain(mailing_id, seconds=30)
    sink.script = Script()
    return mailing_id


def press(session: Session, mailing_id: int, reason: str | None = None) -> int:
    n = retry_rejected(session, mailing_id, actor="ana@press.example", reason=reason)
    session.commit()
    return n


def test_everybody_who_was_rejected_gets_another_turn(
    process: SendingProcess, refused: int, sink: Sink, count: Count, session: Session
) -> None:
    before = count()
    assert (before.state, before.rejected_reasons) == ("finished", {"mailbox_full": 2, "no_such_user": 1})
    assert press(session, refused) == 3
    found = count()
    assert (found.state, found.pending, found.rejected, found.retry) == ("sending", 3, 0, 0)
    assert (found.rejected_reasons, found.finished_at) == ({}, None)
    process.drain(refused, seconds=30)
    found = count()
    assert (found.state, found.sent) == ("finished", READERS)
    assert found.finished_at is not None
    assert len({record.recipient for record in sink.records}) == READERS == len(sink.records)


def test_only_those_with_one_reason(refused: int, count: Count, session: Session) -> None:
    assert press(session, refused, "mailbox_full") == 2
    found = count()
    assert (found.pending, found.rejected) == (2, 1)
    assert found.rejected_reasons == {"no_such_user": 1}
    again = session.scalars(select(Delivery).where(Delivery.outcome == Outcome.PENDING)).all()
    assert {(one.reason, one.code, one.enhanced, one.at) for one in again} == {("", None, "", None)}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.retried")).one()
    assert (entry.actor, entry.subject_id) == ("ana@press.example", refused)
    assert entry.detail == {"count": 2, "reason": "mailbox_full"}


@pytest.mark.parametrize(("pressed", "given_back"), [(Control.GO, 1), (Control.CANCEL, 0)])
def test_of_one_that_is_being_cancelled_nobody_is_given_back(
    refused: int, session: Session, pressed: Control, given_back: int
) -> None:
    mailing = lock(session, refused)
    mailing.control = pressed
    refusal = Line(Outcome.REJECTED, "no_such_user", 550, "5.1.1")
    assert give_back_rejected(session, mailing, refusal, clock.now() - timedelta(hours=1)) == given_back


def test_nobody_is_no_trouble_and_changes_nothing(refused: int, count: Count, session: Session) -> None:
    before = count()
    assert press(session, refused, "policy") == 0
    assert count() == before
    assert session.scalars(select(DeliveryRetry)).all() == []
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.retried")).all() == []


def test_who_is_refused_again_is_rejected_again(
    process: SendingProcess, refused: int, sink: Sink, count: Count, session: Session
) -> None:
    press(session, refused)
    sink.script = REFUSALS
    process.drain(refused, seconds=30)
    found = count()
    assert (found.state, found.rejected) == ("finished", 3)
    assert found.rejected_reasons == {"mailbox_full": 2, "no_such_user": 1}


def test_who_has_left_meanwhile_is_excluded(
    process: SendingProcess, refused: int, sink: Sink, count: Count, session: Session
) -> None:
    press(session, refused)
    rejected = session.scalars(select(Subscription).order_by(Subscription.id).offset(6).limit(1)).one()
    rejected.state = State.PAUSED
    session.commit()
    process.drain(refused, seconds=30)
    found = count()
    assert (found.excluded, found.sent) == ({"paused": 1}, READERS - 1)
    assert "reader7@readers.example" not in {record.recipient for record in sink.records}


def test_while_the_mailing_still_sends(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, session: Session
) -> None:
    sink.script = Script(
        [
            Rule(At.RCPT, code=451, recipient="reader3@*"),
            Rule(At.RCPT, code=550, text="5.1.1 No", recipient="reader7@*"),
        ]
    )
    process.drain(mailing_id, seconds=30)
    sink.script = Script()
    assert (count().state, count().rejected, count().retry) == ("sending", 1, 1)
    assert press(session, mailing_id) == 1
    found = count()
    assert (found.pending, found.rejected, found.retry) == (1, 0, 1)
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().retry) == (READERS - 1, 1)


def test_a_paused_mailing_stays_paused(
    process: SendingProcess, refused: int, count: Count, session: Session
) -> None:
    press(session, refused, "no_such_user")
    control.pause(session, refused, actor="test")
    session.commit()
    assert press(session, refused) == 2
    assert (count().state, count().pending) == ("paused", 3)
    process.drain(refused, seconds=30)
    assert count().pending == 3


def test_a_pause_that_the_end_overtook_is_no_pause(
    process: SendingProcess, refused: int, count: Count, session: Session
) -> None:
    session.get_one(Mailing, refused).control = Control.PAUSE
    session.commit()
    assert press(session, refused) == 3
    process.drain(refused, seconds=30)
    assert count().sent == READERS


def test_a_mailing_that_was_not_sent_yet_says_so(scheduled: int, session: Session) -> None:
    with pytest.raises(Conflict, match="has not been sent yet"):
        retry_rejected(session, scheduled, actor="test")


def test_a_cancelled_mailing_says_so(refused: int, count: Count, session: Session) -> None:
    press(session, refused, "no_such_user")
    control.cancel(session, refused, actor="test")
    session.commit()
    with pytest.raises(Conflict, match="is cancelled"):
        retry_rejected(session, refused, actor="test")
    session.rollback()
    assert count().rejected == 2


def test_one_that_is_being_cancelled_says_so(mailing_id: int, session: Session) -> None:
    session.get_one(Mailing, mailing_id).control = Control.CANCEL
    session.commit()
    with pytest.raises(Conflict, match="being cancelled"):
        retry_rejected(session, mailing_id, actor="test")


def test_a_mailing_that_is_not_there(session: Session) -> None:
    with pytest.raises(Missing):
        retry_rejected(session, 4242, actor="test")


def test_two_people_at_once(
    process: SendingProcess, refused: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    told = press_at_once(runtime, 4, lambda session: retry_rejected(session, refused, actor="test"))
    assert told == [0, 0, 0, 3]
    process.drain(refused, seconds=30)
    assert count().sent == READERS == len(sink.records)


def test_many_are_not_all_due_at_one_instant(
    refused: int, count: Count, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requeue, "DUE_TOGETHER", 2)
    press(session, refused)
    rows = session.scalars(select(DeliveryRetry).order_by(DeliveryRetry.due)).all()
    assert [row.seq for row in rows] == [7, 11, 12]
    assert len({row.due for row in rows}) == 2
    session.rollback()
    assert count().pending == 3
