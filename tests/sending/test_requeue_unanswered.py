"""Resending unanswered deliveries: only when asked, only those that were seen, with the same Message-ID."""

from collections import defaultdict
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict
from newsletter.mailings.models import DeliveryRetry
from newsletter.mailings.totals import MailingTotals
from newsletter.runtime import Runtime
from newsletter.sending import control
from newsletter.sending.drain import SendingProcess
from newsletter.sending.requeue import resend_unanswered
from newsletter.smtp.sink import Act, At, Rule, Script, Sink
from tests.sending.conftest import READERS
from tests.sending.pressing import press_at_once

Count = Callable[[], MailingTotals]


@pytest.fixture
def process(make_process: Callable[..., SendingProcess], sink: Sink) -> SendingProcess:
    """One that waits for each answer, so that exactly those are unanswered whose answer is missing."""
    return make_process(smtp_url=f"{sink.url}&dialogue=plain")


@pytest.fixture
def silent(process: SendingProcess, mailing_id: int, sink: Sink) -> int:
    """A finished mailing: two messages were taken, and the connection broke before the answer."""
    sink.script = Script([Rule(At.BODY, Act.DROP, recipient=f"reader{n}@*", recorded=True) for n in (5, 17)])
    process.drain(mailing_id, seconds=30)
    sink.script = Script()
    return mailing_id


def test_they_get_a_second_copy_with_the_same_message_id(
    process: SendingProcess, silent: int, sink: Sink, count: Count, session: Session
) -> None:
    assert count().unanswered == 2
    assert resend_unanswered(session, silent, 2, actor="ana@press.example") == 2
    session.commit()
    found = count()
    assert (found.state, found.pending, found.unanswered) == ("sending", 2, 0)
    process.drain(silent, seconds=30)
    found = count()
    assert (found.state, found.sent, found.unanswered) == ("finished", READERS, 0)
    copies = defaultdict(list)
    for record in sink.records:
        copies[record.recipient].append(record.message_id)
    twice = {person: ids for person, ids in copies.items() if len(ids) > 1}
    assert twice.keys() == {"reader5@readers.example", "reader17@readers.example"}
    assert all(len(ids) == 2 and len(set(ids)) == 1 for ids in twice.values())
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.resent")).one()
    assert (entry.actor, entry.detail) == ("ana@press.example", {"count": 2})


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_another_number_than_was_seen_changes_nothing(
    silent: int, count: Count, session: Session, expected: int
) -> None:
    with pytest.raises(Conflict, match="2 unanswered now") as told:
        resend_unanswered(session, silent, expected, actor="test")
    assert told.value.fields == {"unanswered": "2"}
    session.rollback()
    assert (count().state, count().unanswered) == ("finished", 2)
    assert session.scalars(select(DeliveryRetry)).all() == []


def test_nobody_is_no_trouble(
    process: SendingProcess, mailing_id: int, count: Count, session: Session
) -> None:
    process.drain(mailing_id, seconds=30)
    assert resend_unanswered(session, mailing_id, 0, actor="test") == 0
    session.commit()
    assert count().state == "finished"


def test_two_people_at_once(
    process: SendingProcess, silent: int, sink: Sink, count: Count, runtime: Runtime
) -> None:
    told = press_at_once(runtime, 4, lambda session: resend_unanswered(session, silent, 2, actor="test"))
    assert told == [2, *["There are 0 unanswered now, not 2; nothing was sent again."] * 3]
    process.drain(silent, seconds=30)
    assert count().sent == READERS
    assert len(sink.records) == READERS + 2


def test_while_the_mailing_still_sends(
    process: SendingProcess, mailing_id: int, sink: Sink, count: Count, session: Session
) -> None:
    sink.script = Script(
        [
            Rule(At.RCPT, code=451, recipient="reader3@*"),
            Rule(At.BODY, Act.DROP, recipient="reader5@*", recorded=True),
        ]
    )
    process.drain(mailing_id, seconds=30)
    sink.script = Script()
    assert (count().state, count().unanswered, count().retry) == ("sending", 1, 1)
    assert resend_unanswered(session, mailing_id, 1, actor="test") == 1
    session.commit()
    found = count()
    assert (found.pending, found.unanswered, found.retry) == (1, 0, 1)
    process.drain(mailing_id, seconds=30)
    assert (count().sent, count().retry) == (READERS - 1, 1)


def test_a_cancelled_mailing_says_so(
    process: SendingProcess, silent: int, count: Count, session: Session
) -> None:
    resend_unanswered(session, silent, 2, actor="test")
    control.cancel(session, silent, actor="test")
    session.commit()
    assert count().excluded == {"cancelled": 2}
    with pytest.raises(Conflict, match="is cancelled"):
        resend_unanswered(session, silent, 0, actor="test")


def test_a_mailing_that_was_not_sent_yet_says_so(scheduled: int, session: Session) -> None:
    with pytest.raises(Conflict, match="has not been sent yet"):
        resend_unanswered(session, scheduled, 0, actor="test")
