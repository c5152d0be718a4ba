"""All that the desk shows of one person but what was sent to them: subscriptions, consents, history."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Missing
from newsletter.subscribers.models import ConsentRecord, Subscriber, Subscription, Suppression
from newsletter.subscribers.queries import subscriptions_of
from newsletter.subscribers.suppress_person import suppression_of

MOST_HISTORY = 100  # entries


@dataclass(frozen=True)
class Profile:
    """One person, also an erased one: their rows are there, they are not."""

    subscriber: Subscriber
    subscriptions: list[Subscription]
    consents: dict[int, list[ConsentRecord]]  # by subscription, newest first
    suppression: Suppression | None
    history: list[AuditEntry]  # what was done, newest first, at most `MOST_HISTORY`

    @property
    def erased(self) -> bool:
        return self.subscriber.erased_at is not None


def portrait(session: Session, subscriber_id: int) -> Profile:
    """What is known about the person; `Missing` when there never was one."""
    subscriber = session.get(Subscriber, subscriber_id)
    if subscriber is None:
        raise Missing("unknown_subscriber", "There is no such subscriber.")
    subscriptions = subscriptions_of(session, subscriber_id)
    ids = [subscription.id for subscription in subscriptions]
    return Profile(
        subscriber,
        subscriptions,
        _consents(session, ids),
        suppression_of(session, subscriber),
        _history(session, subscriber_id, ids),
    )


def _consents(session: Session, ids: list[int]) -> dict[int, list[ConsentRecord]]:
    found: dict[int, list[ConsentRecord]] = {id_: [] for id_ in ids}
    records = select(ConsentRecord).where(ConsentRecord.subscription_id.in_(ids))
    for record in session.scalars(records.order_by(ConsentRecord.id.desc())):
        found[record.subscription_id].append(record)
    return found


def _history(session: Session, subscriber_id: int, ids: list[int]) -> list[AuditEntry]:
    theirs = or_(
        (AuditEntry.subject_kind == "subscriber") & (AuditEntry.subject_id == subscriber_id),
        (AuditEntry.subject_kind == "subscription") & AuditEntry.subject_id.in_(ids),
    )
    entries = select(AuditEntry).where(theirs).order_by(AuditEntry.id.desc()).limit(MOST_HISTORY)
    return list(session.scalars(entries))
