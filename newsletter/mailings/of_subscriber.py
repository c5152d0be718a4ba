"""What was sent to one person: their deliveries, newest mailing first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Delivery, Mailing, MailingState
from newsletter.mailings.recipients import IN_FLIGHT, in_flight_places

PAGE = 20


@dataclass(frozen=True, slots=True)
class ReceivedDelivery:
    """One delivery. `outcome` is one of `recipients.OUTCOMES`; `code` and `enhanced` are the last reply's."""

    mailing_id: int
    issue_id: int
    publication_id: int
    outcome: str
    reason: str
    code: int | None
    enhanced: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceivedPage:
    """Some deliveries, and whether there are older ones."""

    rows: list[ReceivedDelivery]
    older: bool


def deliveries_of(
    session: Session, subscriber_id: int, *, before: int = 0, limit: int = PAGE
) -> ReceivedPage:
    """The person's newest deliveries, or those of mailings before `before`."""
    query = (
        select(
            Delivery.mailing_id,
            Mailing.issue_id,
            Mailing.publication_id,
            Delivery.outcome,
            Delivery.reason,
            Delivery.code,
            Delivery.enhanced,
            Delivery.at,
            Delivery.seq,
            Mailing.state,
        )
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Delivery.subscriber_id == subscriber_id)
        .order_by(Delivery.mailing_id.desc())
        .limit(limit + 1)
    )
    if before:
        query = query.where(Delivery.mailing_id < before)
    rows = session.execute(query).all()
    return ReceivedPage([_received(session, row) for row in rows[:limit]], older=len(rows) > limit)


def _received(session: Session, row: Any) -> ReceivedDelivery:
    mailing_id, issue_id, publication_id, outcome, reason, code, enhanced, at, seq, state = row
    if state is MailingState.SENDING and seq in in_flight_places(session, mailing_id):
        return ReceivedDelivery(mailing_id, issue_id, publication_id, IN_FLIGHT, "", None, "", None)
    return ReceivedDelivery(mailing_id, issue_id, publication_id, outcome.value, reason, code, enhanced, at)
