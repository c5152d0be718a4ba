"""Add a transport: another relay that mail leaves by from now on."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict
from newsletter.transports.change import refuse_without_password, write_limits, write_settings
from newsletter.transports.limit_settings import LimitSettings, check_name
from newsletter.transports.models import Transport
from newsletter.transports.relay_settings import RelaySettings


def add_transport(
    session: Session,
    facts: RelaySettings,
    secrets: Sequence[str],
    *,
    actor: str,
    name: str = "",
    limits: LimitSettings | None = None,
) -> Transport:
    """Keep `facts` as the last of the transports, flushed. Workers take it up soon.

    Raises `Refused` for a user name without password, `Conflict` when it is there already, or when somebody
    added one at once.
    """
    refuse_without_password(facts)
    same = select(Transport.id).where(
        Transport.host == facts.host, Transport.port == facts.port, Transport.username == facts.username
    )
    if session.scalar(same) is not None:
        raise Conflict("relay_there", f"The relay {facts.relay.where} is there already, with the same user.")
    last = session.scalar(select(func.max(Transport.position))) or 0
    transport = Transport(position=last + 1, name=check_name(name) or facts.host)
    write_settings(transport, facts, secrets)
    write_limits(transport, limits or LimitSettings())
    try:
        with session.begin_nested():
            session.add(transport)
    except IntegrityError:
        raise Conflict(
            "relay_saved", "Somebody else saved a relay at the same time. Look at it now."
        ) from None
    audit.record(session, "relay.saved", "transport", transport.id, actor=actor, **facts.told())
    return transport
