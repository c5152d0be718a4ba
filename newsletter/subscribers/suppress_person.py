"""Suppress a person's address by hand, and lift that again."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict, Refused
from newsletter.subscribers.models import Subscriber, Suppression, SuppressionReason
from newsletter.subscribers.names import clean_comment
from newsletter.subscribers.queries import lock_subscriber
from newsletter.subscribers.suppress import suppress

LONGEST_NOTE = 500  # characters


def suppression_of(session: Session, subscriber: Subscriber) -> Suppression | None:
    """Why the person's address is never written to; None when it may be, and for the erased."""
    if subscriber.address_hash is None:
        return None
    return session.scalar(select(Suppression).where(Suppression.address_hash == subscriber.address_hash))


def suppress_person(session: Session, subscriber_id: int, *, note: str, actor: str) -> bool:
    """Never write to the person again, in any publication; False when that was so before.

    Raises `Missing` for an unknown or erased person, `Refused` for a note that is too long.
    """
    if len(note.strip()) > LONGEST_NOTE:
        sentence = f"A note has at most {LONGEST_NOTE} characters."
        raise Refused("long_note", sentence, {"note": sentence})
    subscriber = lock_subscriber(session, subscriber_id)
    if suppression_of(session, subscriber) is not None:
        return False
    address_hash = subscriber.address_hash or ""
    suppress(session, address_hash, SuppressionReason.MANUAL, actor=actor, note=clean_comment(note))
    audit.record(session, "subscriber.suppressed", "subscriber", subscriber.id, actor=actor)
    return True


def lift_suppression(session: Session, subscriber_id: int, *, actor: str) -> bool:
    """Write to the person again; False when they were not suppressed.

    Raises `Missing` as above, `Conflict` for a suppression that nobody made by hand: the address does not
    exist, or its owner complained.
    """
    subscriber = lock_subscriber(session, subscriber_id)
    suppression = suppression_of(session, subscriber)
    if suppression is None:
        return False
    if suppression.reason is not SuppressionReason.MANUAL:
        raise Conflict("not_manual", "Only a suppression that somebody made by hand can be lifted.")
    session.execute(delete(Suppression).where(Suppression.id == suppression.id))
    audit.record(session, "address.lifted", "suppression", suppression.id, actor=actor)
    audit.record(session, "subscriber.lifted", "subscriber", subscriber.id, actor=actor)
    return True
