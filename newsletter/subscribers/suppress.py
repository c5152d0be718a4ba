"""Suppress an address: nothing is ever sent to it, whatever is imported or asked for. Lift that again."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core.addresses import Address
from newsletter.core.errors import Conflict, Refused
from newsletter.subscribers.models import Subscriber, Suppression, SuppressionReason
from newsletter.subscribers.names import clean_comment
from newsletter.subscribers.queries import lock_subscriber

LONGEST_NOTE = 500  # characters


def suppress(
    session: Session, address_hash: str, reason: SuppressionReason, *, actor: str, note: str = ""
) -> Suppression:
    """Suppress the address with this hash (`Address.hash`). The first reason stays when it already was.

    Also for addresses that no subscriber has, or an erased one had: only the hash is kept.
    """
    existing = _find(session, address_hash)
    if existing is not None:
        existing.import_id = None  # from now on there is another ground than a file
        return existing
    suppression = Suppression(address_hash=address_hash, reason=reason, note=note)
    try:
        with session.begin_nested():
            session.add(suppression)
    except IntegrityError:  # another transaction was first
        return session.scalars(select(Suppression).where(Suppression.address_hash == address_hash)).one()
    audit.record(
        session, "address.suppressed", "suppression", suppression.id, actor=actor, reason=reason.value
    )
    return suppression


def suppress_address(
    session: Session, address: Address, reason: SuppressionReason, *, actor: str, note: str = ""
) -> Suppression:
    """The same by the address, for people: `Refused` for a note of more than 500 characters."""
    return suppress(session, address.hash, reason, actor=actor, note=_checked_note(note))


def suppression_of(session: Session, subscriber: Subscriber) -> Suppression | None:
    """The suppression of the person's address; None when there is none, and for an erased person."""
    return None if subscriber.address_hash is None else _find(session, subscriber.address_hash)


def suppress_person(session: Session, subscriber_id: int, *, note: str, actor: str) -> bool:
    """Suppress the person's address by hand; False when it was suppressed already.

    Raises `Missing` for an unknown or erased person, `Refused` for a note of more than 500 characters.
    """
    note = _checked_note(note)
    subscriber = lock_subscriber(session, subscriber_id)
    if suppression_of(session, subscriber) is not None:
        return False
    address_hash = subscriber.address_hash or ""
    suppress(session, address_hash, SuppressionReason.MANUAL, actor=actor, note=note)
    audit.record(session, "subscriber.suppressed", "subscriber", subscriber.id, actor=actor)
    return True


def lift_suppression(session: Session, subscriber_id: int, *, actor: str) -> bool:
    """Delete the suppression of the person's address; False when there was none.

    Raises `Missing` for an unknown or erased person, `Conflict` for a suppression that nobody made by hand:
    the address does not exist, or its owner complained.
    """
    subscriber = lock_subscriber(session, subscriber_id)
    suppression = suppression_of(session, subscriber)
    if suppression is None:
        return False
    if suppression.reason is not SuppressionReason.MANUAL:
        raise Conflict("not_manual", "Only a suppression made by hand can be lifted.")
    session.execute(delete(Suppression).where(Suppression.id == suppression.id))
    audit.record(session, "address.lifted", "suppression", suppression.id, actor=actor)
    audit.record(session, "subscriber.lifted", "subscriber", subscriber.id, actor=actor)
    return True


def lift_erasure(session: Session, address_hash: str) -> None:
    """Forget that somebody with this address was erased: they came back and confirmed."""
    suppression = _find(session, address_hash)
    if suppression is not None and suppression.reason is SuppressionReason.ERASED:
        session.execute(delete(Suppression).where(Suppression.id == suppression.id))
        audit.record(session, "address.lifted", "suppression", suppression.id, actor=SUBSCRIBER)


def _checked_note(note: str) -> str:
    if len(note.strip()) > LONGEST_NOTE:
        sentence = f"A note has at most {LONGEST_NOTE} characters."
        raise Refused("long_note", sentence, {"note": sentence})
    return clean_comment(note)


def _find(session: Session, address_hash: str) -> Suppression | None:
    return session.scalar(select(Suppression).where(Suppression.address_hash == address_hash))
