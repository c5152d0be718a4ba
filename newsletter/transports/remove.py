"""Forget transports with their passwords; without any, mail leaves by the environment's again."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.transports.cooldown import resume
from newsletter.transports.models import Transport, TransportUse
from newsletter.transports.transport_config import row_key


def remove_transports(session: Session, *, actor: str, transport_id: int | None = None) -> int:
    """Delete one, or all of them, with what is known of their use; how many there were."""
    statement = delete(Transport).returning(Transport.id, Transport.host)
    if transport_id is not None:
        statement = statement.where(Transport.id == transport_id)
    gone = session.execute(statement).all()
    for one, host in gone:
        # SQLite may give the number to another one: nothing of this one may be taken for that one's.
        session.execute(delete(TransportUse).where(TransportUse.transport == row_key(one)))
        resume(session, row_key(one))
        audit.record(session, "relay.removed", "transport", one, actor=actor, host=host)
    return len(gone)
