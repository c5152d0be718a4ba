"""The count before a send is the count of the freeze."""

from datetime import timedelta

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.issues.models import Issue
from newsletter.mailings.models import Control, Delivery, MailingState, Outcome
from newsletter.mailings.totals import read_totals
from newsletter.runtime import Runtime
from newsletter.sending.audience import Audience, count_audience
from newsletter.sending.freeze import freeze
from newsletter.sending.schedule import schedule
from newsletter.subscribers.models import EndReason, State, SuppressionReason
from newsletter.subscribers.suppress import suppress
from tests.factories import make_issue, make_publication, make_readers, make_subscription


def test_the_count_is_what_the_freeze_finds(runtime: Runtime, session: Session, links: Links) -> None:
    publication = make_publication(session)
    readers = make_readers(session, publication, 9)
    make_subscription(session, publication, "pending@x.example", state=State.PENDING)
    later, earlier = clock.now() + timedelta(days=9), clock.now() - timedelta(days=9)
    make_subscription(session, publication, "paused@x.example", state=State.PAUSED, paused_until=later)
    make_subscription(session, publication, "back@x.example", state=State.PAUSED, paused_until=earlier)
    left = "left@x.example"
    make_subscription(session, publication, left, state=State.ENDED, ended_reason=EndReason.UNSUBSCRIBED)
    suppress(session, readers[0].subscriber.address_hash or "", SuppressionReason.MANUAL, actor="test")
    make_readers(session, make_publication(session, "other"), 3, start=100)
    issue = make_issue(session, publication)
    mailing_id = schedule(session, issue, None, links, actor="test").id
    session.commit()
    counted = count_audience(session, issue)
    assert counted.readers == 9
    assert counted.excluded == {"suppressed": 1, "paused": 1, "unconfirmed": 1, "unsubscribed": 1}
    assert counted.candidates == 13
    session.commit()
    assert freeze(runtime.sessions, mailing_id, links)
    found = read_totals(session, mailing_id)
    assert (found.pending, found.excluded) == (counted.readers, counted.excluded)


def test_who_got_it_from_a_cancelled_mailing_is_not_counted(
    runtime: Runtime, session: Session, links: Links
) -> None:
    publication = make_publication(session)
    make_readers(session, publication, 4)
    issue = make_issue(session, publication)
    mailing = schedule(session, issue, None, links, actor="test")
    session.commit()
    freeze(runtime.sessions, mailing.id, links)
    session.refresh(mailing)
    mailing.state, mailing.control = MailingState.CANCELLED, Control.CANCEL
    session.get_one(Delivery, (mailing.id, 1)).outcome = Outcome.SENT
    session.get_one(Delivery, (mailing.id, 2)).outcome = Outcome.UNANSWERED
    session.commit()
    assert count_audience(session, issue) == Audience(2, {"already_received": 2})
    other = make_issue(session, publication, "two")
    assert count_audience(session, session.get_one(Issue, other.id)).readers == 4
