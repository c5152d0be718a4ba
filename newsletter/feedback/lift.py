"""Lift a suppression that came of bounces or complaints: its owner shows by a link that the address works."""

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core import clock
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, Limited
from newsletter.feedback.consequences import BY_FEEDBACK, is_of_present_address
from newsletter.feedback.models import Consequence, FeedbackRecord
from newsletter.outbox.models import SystemMessage
from newsletter.outbox.post import post
from newsletter.subscribers.models import Subscriber, Suppression, SuppressionReason
from newsletter.subscribers.queries import lock_subscriber, publication_to_write_as
from newsletter.subscribers.suppress import suppression_of

KIND = "lift_suppression"
GOOD_FOR = timedelta(days=1)
MOST_LINKS = 3  # in a day


def liftable(session: Session, subscriber: Subscriber) -> Suppression | None:
    """The suppression of the person's address, if bounces or a complaint made it."""
    suppression = suppression_of(session, subscriber)
    return suppression if suppression is not None and suppression.reason in BY_FEEDBACK else None


def editors_may_lift(session: Session, subscriber: Subscriber) -> bool:
    """Whether bounces that are kept here suppress the person; a complaint is its owner's to take back."""
    suppression = liftable(session, subscriber)
    if suppression is None or suppression.reason is SuppressionReason.COMPLAINT:
        return False
    made = select(FeedbackRecord.id).where(
        is_of_present_address(subscriber), FeedbackRecord.consequence == Consequence.SUPPRESSED
    )
    return session.scalar(made.limit(1)) is not None


def send_link(session: Session, subscriber: Subscriber, locale: str) -> None:
    """Mail a link to the suppressed address itself. Raises `Conflict`, and `Limited` after some in a day."""
    suppression = liftable(session, subscriber)
    if suppression is None:
        raise _not_suppressed()
    sent = select(func.count()).where(
        SystemMessage.kind == KIND,
        SystemMessage.address_hash == subscriber.address_hash,
        SystemMessage.created_at > clock.now() - GOOD_FOR,
    )
    if session.scalars(sent).one() >= MOST_LINKS:
        raise Limited(
            "too_many_links", "We sent a few messages like this already. Please try again tomorrow."
        )
    post(
        session,
        kind=KIND,
        recipient=parse_address(subscriber.email or ""),
        publication_id=publication_to_write_as(session, subscriber.id),
        locale=locale,
        facts={"subscriber_id": subscriber.id, "moment": moment_of(suppression)},
    )


def lift(session: Session, subscriber_id: int, moment: int | None, *, actor: str = SUBSCRIBER) -> None:
    """Write to the person again, whatever came back so far. The caller commits.

    `moment`: of the suppression that a link is for, so that it works once; None: whatever there is now.
    Raises `Conflict` where there is none, and `Missing` for an unknown or erased person.
    """
    subscriber = lock_subscriber(session, subscriber_id)
    suppression = liftable(session, subscriber)
    if suppression is None or moment not in {None, moment_of(suppression)}:
        raise _not_suppressed()
    session.execute(
        update(FeedbackRecord)
        .where(
            is_of_present_address(subscriber),
            FeedbackRecord.consequence.in_([Consequence.SUPPRESSED, Consequence.COUNTED]),
        )
        .values(consequence=Consequence.LIFTED)
    )
    session.execute(delete(Suppression).where(Suppression.id == suppression.id))
    audit.record(session, "address.lifted", "suppression", suppression.id, actor=actor)
    audit.record(session, "subscriber.lifted", "subscriber", subscriber.id, actor=actor)


def moment_of(suppression: Suppression) -> int:
    """When it was made, in microseconds: ids are given again by SQLite."""
    return round(suppression.at.timestamp() * 1_000_000)


def _not_suppressed() -> Conflict:
    return Conflict("not_suppressed", "This address is already getting email again.")
