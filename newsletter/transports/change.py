"""Change a transport: where it is and who we are there, or how much it takes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Missing, Refused
from newsletter.smtp.failures import SessionFailed
from newsletter.transports.cooldown import resume
from newsletter.transports.find import stored_settings
from newsletter.transports.limit_settings import FIELDS, LimitSettings, check_name
from newsletter.transports.models import Transport
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.secret_box import SecretBox
from newsletter.transports.transport_config import row_key


def change_relay(
    session: Session, transport_id: int, facts: RelaySettings, secrets: Sequence[str], *, actor: str
) -> Transport:
    """Keep `facts` (complete: see `with_kept_password`) in the place of what was stored.

    The trouble that it was left alone for is forgotten. Raises `Refused` for a user name without password,
    `Missing` when it has been removed.
    """
    refuse_without_password(facts)
    transport = locked(session, transport_id)
    if _says(transport, facts, secrets):
        return transport
    if transport.name == transport.host:
        transport.name = facts.host
    write_settings(transport, facts, secrets)
    resume(session, row_key(transport.id))
    audit.record(session, "relay.saved", "transport", transport.id, actor=actor, **facts.told())
    return transport


def change_limits(
    session: Session, transport_id: int, limits: LimitSettings, *, name: str | None = None, actor: str
) -> Transport:
    """From now on it takes as much as `limits` says. An empty name is that of its host; None: it stays.

    Raises `Refused`, and `Missing` when it has been removed.
    """
    transport = locked(session, transport_id)
    called = transport.name if name is None else check_name(name) or transport.host
    if (called, limits) == (transport.name, LimitSettings.of(transport)):
        return transport
    before = LimitSettings.of(transport).told()
    transport.name = called
    write_limits(transport, limits)
    after = limits.told()
    changed = {field: after[field] for field in FIELDS if after[field] != before[field]}
    audit.record(
        session, "relay.limited", "transport", transport.id, actor=actor, name=called, limits=changed
    )
    return transport


def locked(session: Session, transport_id: int) -> Transport:
    """The transport as it is now, locked until the transaction ends. Raises `Missing`."""
    transport = session.scalar(
        select(Transport)
        .where(Transport.id == transport_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if transport is None:
        raise Missing("unknown_transport", f"There is no transport {transport_id}.")
    return transport


def refuse_without_password(facts: RelaySettings) -> None:
    """Raises `Refused` for a user name without a password."""
    if facts.username and not facts.password:
        sentence = "Type the password of this user name."
        raise Refused("bad_relay", sentence, {"password": sentence})


def write_settings(transport: Transport, facts: RelaySettings, secrets: Sequence[str]) -> None:
    """`facts` into the row, the password locked."""
    transport.host, transport.port = facts.host, facts.port
    transport.security, transport.username = facts.security, facts.username
    transport.password = SecretBox(secrets).lock(facts.password) if facts.password else ""
    transport.updated_at = clock.now()


def write_limits(transport: Transport, limits: LimitSettings) -> None:
    """`limits` into the row."""
    for name in FIELDS:
        setattr(transport, name, getattr(limits, name))
    transport.provider_limits = dict(limits.provider_limits)
    transport.updated_at = clock.now()


def _says(transport: Transport, facts: RelaySettings, secrets: Sequence[str]) -> bool:
    try:
        return stored_settings(transport, secrets) == facts
    except SessionFailed:
        return False
