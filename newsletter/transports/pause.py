"""Pause a transport, and let it go on: both by somebody, whose word counts more than its trouble."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.transports.change import locked
from newsletter.transports.cooldown import resume
from newsletter.transports.transport_config import row_key


def pause_transport(session: Session, transport_id: int, *, actor: str) -> bool:
    """Send nothing more by it; False when it was paused already. Raises `Missing`."""
    transport = locked(session, transport_id)
    if transport.paused_at is not None:
        return False
    transport.paused_at = clock.now()
    audit.record(session, "relay.paused", "transport", transport.id, actor=actor, host=transport.host)
    return True


def resume_transport(session: Session, transport_id: int, *, actor: str) -> bool:
    """Send by it again, its trouble forgotten; False when neither held it. Raises `Missing`."""
    transport = locked(session, transport_id)
    rested = resume(session, row_key(transport.id))
    if transport.paused_at is None and not rested:
        return False
    transport.paused_at = None
    audit.record(session, "relay.resumed", "transport", transport.id, actor=actor, host=transport.host)
    return True


def resume_transport_config(session: Session, key: str, where: str, *, actor: str) -> bool:
    """The same for a relay of the environment, which cannot be paused."""
    if not resume(session, key):
        return False
    audit.record(session, "relay.resumed", "transport", None, actor=actor, host=where)
    return True
