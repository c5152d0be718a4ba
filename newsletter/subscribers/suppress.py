"""Suppress an address: nothing is ever sent to it again, whatever is imported or asked for."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.subscribers.models import Suppression, SuppressionReason


def suppress(
    session: Session, address_hash: str, reason: SuppressionReason, *, actor: str, note: str = ""
) -> Suppression:
    """Suppress the address with this hash (`Address.hash`). The first reason stays when it already was.

    Works for people we do not know, and for erased ones: only the hash is kept.
    """
    existing = session.scalar(select(Suppression).where(Suppression.address_hash == address_hash))
    if existing is not None:
        return existing
    made = Suppression(address_hash=address_hash, reason=reason, note=note)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # somebody else was first
        return session.scalars(select(Suppression).where(Suppression.address_hash == address_hash)).one()
    audit.record(session, "address.suppressed", "suppression", made.id, actor=actor, reason=reason.value)
    return made
