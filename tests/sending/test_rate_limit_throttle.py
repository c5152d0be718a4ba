"""Throttling a mailing: the number is kept, bounded, and told to whoever sends."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.core.errors import Conflict, Refused
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.sending.finish import finish_if_done
from newsletter.sending.rate_limit import throttle


@pytest.mark.parametrize("per_second", [0.1, 12.5, 100_000, None])
def test_a_limit_is_kept(session: Session, mailing_id: int, per_second: float | None) -> None:
    session.get_one(Mailing, mailing_id).per_second = 7
    session.commit()
    throttle(session, mailing_id, per_second, actor="test")
    session.commit()
    assert session.get_one(Mailing, mailing_id, populate_existing=True).per_second == per_second
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.throttled")).one()
    assert entry.detail == {"per_second": per_second}


def test_what_was_taken_at_the_old_pace_is_not_waited_for(session: Session, mailing_id: int) -> None:
    mailing = session.get_one(Mailing, mailing_id)
    mailing.per_second, mailing.paced_until = 0.1, clock.now() + timedelta(minutes=20)
    session.commit()
    assert throttle(session, mailing_id, 0.1, actor="test").paced_until is not None
    assert throttle(session, mailing_id, 50, actor="test").paced_until is None


@pytest.mark.parametrize("per_second", [0, 0.09, -1, 100_001, float("inf"), float("nan")])
def test_a_limit_that_is_none_is_refused(session: Session, mailing_id: int, per_second: float) -> None:
    with pytest.raises(Refused, match=r"from 0\.1 to 100,000") as told:
        throttle(session, mailing_id, per_second, actor="test")
    assert told.value.fields.keys() == {"per_second"}
    assert session.get_one(Mailing, mailing_id).per_second is None


def test_the_same_again_changes_nothing(session: Session, mailing_id: int) -> None:
    for _press in range(3):
        throttle(session, mailing_id, 20, actor="test")
        session.commit()
    assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.throttled")).all()) == 1


def test_a_mailing_that_has_not_begun_keeps_it(session: Session, scheduled: int) -> None:
    assert throttle(session, scheduled, 5, actor="test").per_second == 5


def test_a_cancelled_mailing_says_so(session: Session, mailing_id: int) -> None:
    session.get_one(Mailing, mailing_id).control = Control.CANCEL
    session.commit()
    with pytest.raises(Conflict, match="being cancelled"):
        throttle(session, mailing_id, 5, actor="test")
    finish_if_done(session, session.get_one(Mailing, mailing_id))
    session.commit()
    assert session.get_one(Mailing, mailing_id).state is MailingState.CANCELLED
    with pytest.raises(Conflict, match="is cancelled"):
        throttle(session, mailing_id, 5, actor="test")
