"""One person's timeline: every table that knows of them, in one order, a page at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.models import AuditEntry
from newsletter.feedback.events import EventKind as FeedbackKind
from newsletter.feedback.models import FeedbackRecord
from newsletter.issues.load import find_revision
from newsletter.mailings.models import Delivery, Mailing, Outcome
from newsletter.publications.models import Publication
from newsletter.redirects.models import MailingLink
from newsletter.reports.timeline import PAGE, SOURCES, Place, read_place, timeline_of
from newsletter.subscribers.bulk.models import BulkAction, BulkChange, BulkPerson, Result
from newsletter.subscribers.consent import keep_record
from newsletter.subscribers.imports.models import ImportChange, SubscriberImport
from newsletter.subscribers.models import ConsentKind, ConsentSource, Subscription
from newsletter.tracking.models import EventKind, Label, TrackingEvent
from tests.factories import make_issue, make_subscription

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def ana(session: Session, publication: Publication) -> Subscription:
    """Ana, of whom each table says one thing; half of it happened in the same moment."""
    mine = make_subscription(session, publication, "ana@readers.example")
    other = make_subscription(session, publication, "bo@readers.example")
    mailing = _mailing(session, publication)
    link = MailingLink(mailing_id=mailing.id, url="https://a.example/", target="https://a.example/")
    upload = SubscriberImport(publication_id=publication.id, actor="ed", file="", statement="")
    bulk = BulkChange(publication_id=publication.id, action=BulkAction.TAG, chosen_by={}, actor="ed")
    session.add_all((link, upload, bulk))
    session.flush()
    for number, one in enumerate((mine, other), start=1):
        at = NOON + timedelta(minutes=number - 1)
        keep_record(session, one.id, ConsentKind.REQUESTED, source=ConsentSource.FORM, at=at)
        audit.record(session, "subscription.chosen", "subscription", one.id, actor="subscriber")
        audit.record(session, "subscriber.renamed", "subscriber", one.subscriber_id, actor="ed")
        _deliver(session, mailing, number, one, at + timedelta(hours=number))
        click = TrackingEvent(key=f"k{number}", mailing_id=mailing.id, link_id=link.id, at=at)
        click.subscriber_id, click.kind, click.label = one.subscriber_id, EventKind.CLICK, Label.PERSON
        session.add(click)
        session.add(_bounce(one, number, at))
        session.add(ImportChange(import_id=upload.id, subscriber_id=one.subscriber_id, at=at))
        changed = BulkPerson(bulk_id=bulk.id, subscriber_id=one.subscriber_id, at=at, result=Result.CHANGED)
        changed.subscription_id = one.id
        session.add(changed)
    program = TrackingEvent(key="p", mailing_id=mailing.id, link_id=link.id, at=NOON)
    program.subscriber_id, program.kind = mine.subscriber_id, EventKind.CLICK
    program.label = next(label for label in Label if label is not Label.PERSON)
    session.add(program)
    session.flush()
    return mine


def _mailing(session: Session, publication: Publication, slug: str = "one") -> Mailing:
    issue = make_issue(session, publication, slug)
    mailing = Mailing(publication_id=publication.id, issue_id=issue.id, scheduled_at=NOON)
    mailing.revision_id = find_revision(session, issue).id
    session.add(mailing)
    session.flush()
    return mailing


def _deliver(session: Session, mailing: Mailing, seq: int, to: Subscription, at: datetime) -> None:
    delivery = Delivery(mailing_id=mailing.id, seq=seq, subscriber_id=to.subscriber_id, at=at)
    delivery.subscription_id, delivery.outcome = to.id, Outcome.SENT
    session.add(delivery)


def _bounce(of: Subscription, number: int, at: datetime) -> FeedbackRecord:
    return FeedbackRecord(
        event_key=f"e{number}",
        source="mail",
        parser="dsn",
        kind=FeedbackKind.SOFT,
        subscriber_id=of.subscriber_id,
        sent_at=at,
        received_at=at,
    )


def test_has_what_every_table_says_of_this_person_alone(session: Session, ana: Subscription) -> None:
    page = timeline_of(session, ana.subscriber_id)
    assert page.older is None
    assert sorted({each.kind for each in page.rows}) == sorted(SOURCES)
    assert [each.place for each in page.rows] == sorted((each.place for each in page.rows), reverse=True)
    assert len(page.rows) == len(SOURCES) + 1  # two actions; the click of a program is not hers
    told = {each.kind: each.rows[0] for each in page.rows if each.kind != "action"}
    assert told["consent"].subscription_id == ana.id
    assert {told[kind].subscriber_id for kind in ("delivery", "came_back", "click", "import", "bulk")} == {
        ana.subscriber_id
    }


def test_pages_miss_nothing_and_repeat_nothing(session: Session, ana: Subscription) -> None:
    for _ in range(5):
        keep_record(session, ana.id, ConsentKind.RENEWED, source=ConsentSource.UNDO, at=NOON)
    session.flush()
    whole = [each.place for each in timeline_of(session, ana.subscriber_id).rows]
    for limit in (1, 2, 5):
        walked: list[Place] = []
        before = None
        while before is not None or not walked:
            page = timeline_of(session, ana.subscriber_id, before=before, limit=limit)
            walked += [each.place for each in page.rows]
            before = read_place(str(page.older)) if page.older else None
        assert walked == whole


def test_a_delivery_nobody_answered_yet_stands_where_its_mailing_began(
    session: Session, publication: Publication, ana: Subscription
) -> None:
    mailing = _mailing(session, publication, "two")
    _deliver(session, mailing, 1, ana, NOON)
    session.flush()
    waiting = session.scalars(select(Delivery).where(Delivery.mailing_id == mailing.id)).one()
    waiting.at = None
    mailing.started_at = NOON + timedelta(days=1)
    session.flush()
    session.expire_all()
    rows = timeline_of(session, ana.subscriber_id).rows
    assert next(
        each for each in rows if each.place.id == mailing.id and each.kind == "delivery"
    ).place.at == (NOON + timedelta(days=1))


@pytest.mark.parametrize(
    "text",
    [
        *("", "~", "1", "2026-01-01~1~1", "2026-01-01T00:00:00+00:00~99~1"),
        *(
            "2026-01-01T00:00:00+00:00~0~-1",
            f"2026-01-01T00:00:00+00:00~0~{10**30}",
            "0001-01-01T00:00:00+14:00~0~1",
        ),
        *("2026-01-01T00:00:00+00:00~x~1", "2026-01-01T00:00:00+00:00~0~" + "9" * 5000),
    ],
)
def test_what_is_no_place_is_the_newest_page(text: str) -> None:
    assert read_place(text) is None


def test_is_read_by_indexes_however_much_there_is(session: Session, ana: Subscription) -> None:
    for _ in range(PAGE + 10):
        audit.record(session, "subscriber.changed", "subscriber", ana.subscriber_id, actor="ed")
    session.flush()
    page = timeline_of(session, ana.subscriber_id)
    assert (len(page.rows), page.older is not None) == (PAGE, True)
    assert session.scalars(select(AuditEntry.id).where(AuditEntry.id == page.rows[0].place.id)).one()
