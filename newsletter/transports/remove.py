"""Forget the saved relay: mail leaves by the environment's again."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.transports.models import Transport


def remove_relay(session: Session, *, actor: str) -> bool:
    """Delete the saved relay with its password; False when there was none."""
    gone = session.execute(delete(Transport).returning(Transport.id, Transport.host)).all()
    for transport_id, host in gone:
        audit.record(session, "relay.removed", "transport", transport_id, actor=actor, host=host)
    return bool(gone)
