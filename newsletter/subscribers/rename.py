"""Change the name of a subscriber, as an editor."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.names import checked_name
from newsletter.subscribers.queries import lock_subscriber


def rename(session: Session, subscriber_id: int, name: str, *, actor: str) -> Subscriber:
    """Give the person another name, or none. `Missing` when unknown or erased, `Refused` when too long."""
    cleaned = checked_name(name)
    subscriber = lock_subscriber(session, subscriber_id)
    if subscriber.name != cleaned:
        subscriber.name = cleaned
        # Not the name itself: the audit outlives an erasure.
        audit.record(session, "subscriber.renamed", "subscriber", subscriber.id, actor=actor)
    return subscriber
