"""Unscheduling: before its time an issue goes back to its editors; afterwards it is too late."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict
from newsletter.mailings.models import Mailing, MailingState
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from newsletter.sending.unschedule import unschedule
from tests.factories import make_issue, make_publication_with_reader
from tests.sending.pressing import meanwhile


def test_an_issue_that_waits_for_its_time_goes_back(session: Session, runtime: Runtime) -> None:
    issue = make_issue(session, make_publication_with_reader(session))
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    found = unschedule(session, issue.id, actor="ana@press.example")
    assert found is mailing
    assert (mailing.state, mailing.finished_at is None) == (MailingState.CANCELLED, False)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.unscheduled")).one()
    assert (entry.actor, entry.detail) == ("ana@press.example", {"at": mailing.scheduled_at.isoformat()})
    session.commit()
    assert unschedule(session, issue.id, actor="test") is None, "pressing twice does no harm"
    again = schedule(session, issue, None, runtime.links, actor="test")
    assert again.id != mailing.id


def test_an_issue_without_a_mailing_has_none_to_unschedule(session: Session) -> None:
    issue = make_issue(session, make_publication_with_reader(session))
    assert unschedule(session, issue.id, actor="test") is None


def test_what_has_begun_cannot_be_unscheduled(session: Session, mailing_id: int) -> None:
    mailing = session.get_one(Mailing, mailing_id)
    with pytest.raises(Conflict, match="can no longer be unscheduled"):
        unschedule(session, mailing.issue_id, actor="test")


def test_of_two_who_press_at_once_one_unschedules_it(session: Session, runtime: Runtime) -> None:
    issue = make_issue(session, make_publication_with_reader(session))
    schedule(session, issue, None, runtime.links, actor="test")
    session.commit()
    issue_id = issue.id
    assert unschedule(session, issue_id, actor="test") is not None
    with meanwhile(runtime, lambda other: unschedule(other, issue_id, actor="test")) as told:
        session.commit()
    assert told == [None]
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.unscheduled")).all()
    assert len(entries) == 1
