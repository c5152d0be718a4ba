"""All that happened to one person, newest first, from every table that knows of it, a page at a time.

A page begins behind a place: a moment, which table, and the row in it. Each table gives as many rows as the
page has, so the oldest page costs what the newest does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from newsletter.audit.models import AuditEntry
from newsletter.feedback.models import FeedbackRecord
from newsletter.mailings.models import Delivery, Mailing
from newsletter.redirects.models import MailingLink
from newsletter.subscribers.bulk.models import BulkChange, BulkPerson, Result
from newsletter.subscribers.imports.models import ImportChange, SubscriberImport
from newsletter.subscribers.models import ConsentRecord, Subscription
from newsletter.subscribers.queries import audit_entries_about
from newsletter.tracking.models import EventKind, Label, TrackingEvent

PAGE = 50


class Place(NamedTuple):
    """Where a happening stands: its moment, its table (a rank), and its row there."""

    at: datetime
    rank: int
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.id}"


@dataclass(frozen=True)
class Happening:
    """Something that happened. `kind` is one of `SOURCES`, `rows` what its tables say."""

    place: Place
    kind: str
    rows: list[Any]


@dataclass(frozen=True)
class TimelinePage:
    """Some happenings, and behind which place the older ones begin; None when there are none."""

    rows: list[Happening]
    older: Place | None


class _Person(NamedTuple):
    id: int
    subscription_ids: list[int]


@dataclass(frozen=True)
class _Source:
    """A table that knows something: its query for a person, and the columns of moment and row."""

    query: Callable[[_Person], Select[*tuple[Any, ...]]]
    at: ColumnElement[datetime] | InstrumentedAttribute[datetime]
    id: ColumnElement[int] | InstrumentedAttribute[int]


# A delivery that nothing was heard of stands where its mailing began.
# Whoever is listed was changed at some moment.
_CHANGED = func.coalesce(BulkPerson.at, BulkChange.created_at, type_=BulkPerson.at.type)
_DELIVERED = func.coalesce(Delivery.at, Mailing.started_at, Mailing.created_at, type_=Delivery.at.type)


def _actions(person: _Person) -> Select[*tuple[Any, ...]]:
    return select(AuditEntry).where(audit_entries_about(person.id, person.subscription_ids))


def _consents(person: _Person) -> Select[*tuple[Any, ...]]:
    return select(ConsentRecord).where(ConsentRecord.subscription_id.in_(person.subscription_ids))


def _deliveries(person: _Person) -> Select[*tuple[Any, ...]]:
    joined = select(Delivery, Mailing).join(Mailing, Mailing.id == Delivery.mailing_id)
    return joined.where(Delivery.subscriber_id == person.id)


def _came_back(person: _Person) -> Select[*tuple[Any, ...]]:
    return select(FeedbackRecord).where(FeedbackRecord.subscriber_id == person.id)


def _clicks(person: _Person) -> Select[*tuple[Any, ...]]:
    """Those that are kept with a name: publication and reader agreed to it. Programs' are none of theirs."""
    return (
        select(TrackingEvent, MailingLink, Mailing)
        .join(MailingLink, MailingLink.id == TrackingEvent.link_id)
        .join(Mailing, Mailing.id == TrackingEvent.mailing_id)
        .where(
            TrackingEvent.subscriber_id == person.id,
            TrackingEvent.kind == EventKind.CLICK,
            TrackingEvent.label == Label.PERSON,
        )
    )


def _imports(person: _Person) -> Select[*tuple[Any, ...]]:
    joined = select(ImportChange, SubscriberImport).join(
        SubscriberImport, SubscriberImport.id == ImportChange.import_id
    )
    return joined.where(ImportChange.subscriber_id == person.id)


def _bulk_changes(person: _Person) -> Select[*tuple[Any, ...]]:
    """What was done to many, and changed them; also if it was undone."""
    joined = select(BulkPerson, BulkChange).join(BulkChange, BulkChange.id == BulkPerson.bulk_id)
    changed = (Result.CHANGED, Result.RESTORED, Result.KEPT)
    return joined.where(BulkPerson.subscriber_id == person.id, BulkPerson.result.in_(changed))


SOURCES: dict[str, _Source] = {
    "bulk": _Source(_bulk_changes, _CHANGED, BulkPerson.bulk_id),
    "import": _Source(_imports, ImportChange.at, ImportChange.import_id),
    "action": _Source(_actions, AuditEntry.at, AuditEntry.id),
    "consent": _Source(_consents, ConsentRecord.at, ConsentRecord.id),
    "delivery": _Source(_deliveries, _DELIVERED, Delivery.mailing_id),
    "came_back": _Source(_came_back, FeedbackRecord.received_at, FeedbackRecord.id),
    "click": _Source(_clicks, TrackingEvent.at, TrackingEvent.id),
}


def timeline_of(
    session: Session, subscriber_id: int, *, before: Place | None = None, limit: int = PAGE
) -> TimelinePage:
    """The newest happenings, or those that stand before a place."""
    ids = session.scalars(select(Subscription.id).where(Subscription.subscriber_id == subscriber_id)).all()
    person = _Person(subscriber_id, list(ids))
    found = [happening for kind in SOURCES for happening in _read(session, person, kind, before, limit + 1)]
    found.sort(key=lambda happening: happening.place, reverse=True)
    rows = found[:limit]
    return TimelinePage(rows, rows[-1].place if len(found) > limit else None)


def _read(
    session: Session, person: _Person, kind: str, before: Place | None, limit: int
) -> Iterator[Happening]:
    """The newest rows of one table that stand before the place."""
    source, rank = SOURCES[kind], list(SOURCES).index(kind)
    query = source.query(person).add_columns(source.at, source.id)
    if before is not None:
        query = query.where(_stands_before(source, rank, before))
    rows = session.execute(query.order_by(source.at.desc(), source.id.desc()).limit(limit))
    for *told, at, id_ in rows:
        yield Happening(Place(at, rank, id_), kind, told)


def _stands_before(source: _Source, rank: int, place: Place) -> ColumnElement[bool]:
    if rank < place.rank:
        return source.at <= place.at
    if rank > place.rank:
        return source.at < place.at
    return or_(source.at < place.at, and_(source.at == place.at, source.id < place.id))


def read_place(text: str) -> Place | None:
    """The place that `str(place)` wrote; None for anything else."""
    at, _, rest = text.partition("~")
    rank, _, row = rest.partition("~")
    try:
        place = Place(datetime.fromisoformat(at), int(rank), int(row))
    except (ValueError, OverflowError):
        return None
    known = place.at.tzinfo is not None and place.at.year > 1 and 0 <= place.id < 2**63
    return place if known and 0 <= place.rank < len(SOURCES) else None
