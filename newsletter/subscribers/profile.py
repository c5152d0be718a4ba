"""One person for editors: subscriptions, consents, suppression, history; not what was sent to them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Missing
from newsletter.outbox.failed import failed_messages
from newsletter.outbox.models import SystemMessage
from newsletter.subscribers.models import ConsentRecord, Subscriber, Subscription, Suppression
from newsletter.subscribers.queries import audit_entries_about, subscriptions_of
from newsletter.subscribers.suppress import suppression_of

MOST_HISTORY = 100  # entries


@dataclass(frozen=True)
class Profile:
    """One person, also an erased one, whose rows are kept without anything personal."""

    subscriber: Subscriber
    subscriptions: list[Subscription]
    consents: dict[int, list[ConsentRecord]]  # by subscription, newest first
    suppression: Suppression | None
    failed: list[SystemMessage]  # messages to them that could not be delivered lately, newest first
    history: list[AuditEntry]  # newest first, at most `MOST_HISTORY`

    @property
    def erased(self) -> bool:
        return self.subscriber.erased_at is not None


def load_profile(session: Session, subscriber_id: int) -> Profile:
    """The profile of the subscriber with this id. Raises `Missing`."""
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
        failed_messages(session, address_hash=subscriber.address_hash or ""),
        _history(session, subscriber_id, ids),
    )


def _consents(session: Session, ids: list[int]) -> dict[int, list[ConsentRecord]]:
    by_subscription: dict[int, list[ConsentRecord]] = {id_: [] for id_ in ids}
    records = select(ConsentRecord).where(ConsentRecord.subscription_id.in_(ids))
    for record in session.scalars(records.order_by(ConsentRecord.id.desc())):
        by_subscription[record.subscription_id].append(record)
    return by_subscription


def _history(session: Session, subscriber_id: int, ids: list[int]) -> list[AuditEntry]:
    entries = select(AuditEntry).where(audit_entries_about(subscriber_id, ids))
    return list(session.scalars(entries.order_by(AuditEntry.id.desc()).limit(MOST_HISTORY)))
