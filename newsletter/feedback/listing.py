"""What came back, newest first, for pages and for the command line."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import parse_address
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.models import FeedbackRecord
from newsletter.subscribers.models import AddressChange, Subscriber

PAGE = 50

EventRow = Row[FeedbackRecord, str | None]


@dataclass(frozen=True)
class EventFilter:
    """Which events; what is None or empty asks for all. Raises `Refused` later for what is no address.

    unassigned: only those that name no delivery of ours, so that they belong to no publication.
    """

    publication_id: int | None = None
    mailing_id: int | None = None
    subscriber_id: int | None = None
    kind: EventKind | None = None
    reason: EventReason | None = None
    address: str = ""
    unassigned: bool = False


def list_events(
    session: Session, wanted: EventFilter, *, limit: int = PAGE, before: int | None = None
) -> list[EventRow]:
    """The events with the addresses that they came from; `before`: only those with a smaller id."""
    query = select(FeedbackRecord, _address()).outerjoin(
        Subscriber, Subscriber.id == FeedbackRecord.subscriber_id
    )
    for name in ("publication_id", "mailing_id", "subscriber_id", "kind", "reason"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(FeedbackRecord, name) == value)
    if wanted.unassigned:
        query = query.where(FeedbackRecord.publication_id.is_(None))
    if wanted.address:
        query = query.where(FeedbackRecord.address_hash == parse_address(wanted.address).hash)
    if before is not None:
        query = query.where(FeedbackRecord.id < before)
    return list(session.execute(query.order_by(FeedbackRecord.id.desc()).limit(limit)).all())


def _address() -> ColumnElement[str | None]:
    """Of the person of an event: the address that they had then, if they have another now."""
    former = select(AddressChange.former_email).where(
        AddressChange.subscriber_id == FeedbackRecord.subscriber_id,
        AddressChange.former_hash == FeedbackRecord.address_hash,
    )
    return func.coalesce(former.limit(1).scalar_subquery(), Subscriber.email)


def count_unassigned(session: Session) -> int:
    """How many events name no delivery of ours, as complaints do whose provider hides the reader."""
    query = select(func.count()).select_from(FeedbackRecord).where(FeedbackRecord.publication_id.is_(None))
    return session.scalars(query).one()


def count_kinds(session: Session, mailing_id: int) -> dict[EventKind, int]:
    """How many deliveries of a mailing something of each kind came back of."""
    rows = session.execute(
        select(FeedbackRecord.kind, func.count(FeedbackRecord.seq.distinct()))
        .where(FeedbackRecord.mailing_id == mailing_id)
        .group_by(FeedbackRecord.kind)
    ).all()
    counted = {kind: int(n) for kind, n in rows}
    return {kind: counted[kind] for kind in EventKind if kind in counted}


def row_facts(row: EventRow) -> dict[str, Any]:
    """A row as programs see it."""
    record, email = row
    return {
        "id": record.id,
        "kind": record.kind.value,
        "reason": record.reason.value if record.reason else None,
        "address": email,
        "mailing": record.mailing_id,
        "seq": record.seq,
        "code": record.code or None,
        "smtp_code": record.smtp_code,
        "diagnostic": record.diagnostic,
        "source": record.source,
        "parser": record.parser,
        "received_at": record.received_at,
        "consequence": record.consequence.value,
    }
