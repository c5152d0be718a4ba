"""Add, change, move, pause and remove transports (the relays that mail leaves by), each change audited.

Nothing here commits. Workers use what was changed from their next turn on.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.smtp.failures import SessionFailed
from newsletter.transports.cooldown import end_cooldowns
from newsletter.transports.find import stored_settings
from newsletter.transports.limit_settings import FIELDS, LimitSettings, check_name
from newsletter.transports.models import Transport, TransportUse
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.secret_box import SecretBox
from newsletter.transports.transport_config import row_key


def add_transport(
    session: Session,
    relay: RelaySettings,
    secrets: Sequence[str],
    *,
    actor: str,
    name: str = "",
    limits: LimitSettings | None = None,
) -> Transport:
    """Store `relay` as the last of the transports, flushed. An empty `name` is its host.

    Raises `Refused` for a user name without password, `Conflict` when the same relay and user are stored
    already, or when somebody else added one at the same moment.
    """
    _require_password(relay)
    same = select(Transport.id).where(
        Transport.host == relay.host, Transport.port == relay.port, Transport.username == relay.username
    )
    if session.scalar(same) is not None:
        raise Conflict("relay_there", f"The relay {relay.relay.where} already exists, with the same user.")
    last_position = session.scalar(select(func.max(Transport.position))) or 0
    transport = Transport(position=last_position + 1, name=check_name(name) or relay.host)
    _write_relay(transport, relay, secrets)
    _write_limits(transport, limits or LimitSettings())
    try:
        with session.begin_nested():
            session.add(transport)
    except IntegrityError:
        raise Conflict(
            "relay_saved", "Someone else saved a relay at the same time. Please check it."
        ) from None
    audit.record(session, "relay.saved", "transport", transport.id, actor=actor, **relay.for_audit())
    return transport


def change_relay(
    session: Session, transport_id: int, relay: RelaySettings, secrets: Sequence[str], *, actor: str
) -> Transport:
    """Replace where the transport is and who we are there. Its cooldowns end when something changed.

    `relay` is complete: see `relay_settings.with_kept_password`. Raises `Refused` for a user name without
    password, `Missing` when the transport has been removed.
    """
    _require_password(relay)
    transport = _locked(session, transport_id)
    if _is_stored(transport, relay, secrets):
        return transport
    if transport.name == transport.host:
        transport.name = relay.host
    _write_relay(transport, relay, secrets)
    end_cooldowns(session, row_key(transport.id))
    audit.record(session, "relay.saved", "transport", transport.id, actor=actor, **relay.for_audit())
    return transport


def change_limits(
    session: Session, transport_id: int, limits: LimitSettings, *, name: str | None = None, actor: str
) -> Transport:
    """Replace the transport's limits, and its name: empty is its host, None leaves the name as it is.

    Raises `Refused` for a name that cannot be used, `Missing` when the transport has been removed.
    """
    transport = _locked(session, transport_id)
    new_name = transport.name if name is None else check_name(name) or transport.host
    if (new_name, limits) == (transport.name, LimitSettings.of(transport)):
        return transport
    before = LimitSettings.of(transport).as_json()
    transport.name = new_name
    _write_limits(transport, limits)
    after = limits.as_json()
    changed = {field: after[field] for field in FIELDS if after[field] != before[field]}
    audit.record(
        session, "relay.limited", "transport", transport.id, actor=actor, name=new_name, limits=changed
    )
    return transport


def move_earlier(session: Session, transport_id: int, *, actor: str) -> bool:
    """Swap the transport with the one before it; False when it is the first. Raises `Missing`.

    The order decides between transports whose weights do not, and in what order they are listed.
    """
    rows = list(
        session.scalars(
            select(Transport)
            .order_by(Transport.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    rows.sort(key=lambda row: row.position)
    index = next((index for index, row in enumerate(rows) if row.id == transport_id), None)
    if index is None:
        raise _missing(transport_id)
    if index == 0:
        return False
    before, moved = rows[index - 1], rows[index]
    front, back = before.position, moved.position
    # Positions are unique: no two rows may have the same one, not even for a moment.
    for row, position in ((moved, -1), (before, back), (moved, front)):
        row.position = position
        session.flush()
    audit.record(session, "relay.moved", "transport", moved.id, actor=actor, host=moved.host)
    return True


def pause_transport(session: Session, transport_id: int, *, actor: str) -> bool:
    """Send nothing more by it; False when it was paused already. Raises `Missing`."""
    transport = _locked(session, transport_id)
    if transport.paused_at is not None:
        return False
    transport.paused_at = clock.now()
    audit.record(session, "relay.paused", "transport", transport.id, actor=actor, host=transport.host)
    return True


def resume_transport(session: Session, transport_id: int, *, actor: str) -> bool:
    """End its pause and its cooldowns; False when it had neither. Raises `Missing`."""
    transport = _locked(session, transport_id)
    ended = end_cooldowns(session, row_key(transport.id))
    if transport.paused_at is None and not ended:
        return False
    transport.paused_at = None
    audit.record(session, "relay.resumed", "transport", transport.id, actor=actor, host=transport.host)
    return True


def resume_environment_transport(session: Session, key: str, where: str, *, actor: str) -> bool:
    """End the cooldowns of a relay of `SMTP_URL`, which has no row and cannot be paused; False for none.

    `where` is its host and port, for the audit.
    """
    if not end_cooldowns(session, key):
        return False
    audit.record(session, "relay.resumed", "transport", None, actor=actor, host=where)
    return True


def remove_transports(session: Session, *, actor: str, transport_id: int | None = None) -> int:
    """Delete one transport, or all, with passwords, usage and cooldowns; how many were deleted.

    Without any, mail leaves by the relays of `SMTP_URL` again.
    """
    statement = delete(Transport).returning(Transport.id, Transport.host)
    if transport_id is not None:
        statement = statement.where(Transport.id == transport_id)
    removed = session.execute(statement).all()
    for removed_id, host in removed:
        # SQLite may give the id to a later transport, which must not inherit usage or cooldowns.
        session.execute(delete(TransportUse).where(TransportUse.transport == row_key(removed_id)))
        end_cooldowns(session, row_key(removed_id))
        audit.record(session, "relay.removed", "transport", removed_id, actor=actor, host=host)
    return len(removed)


def _locked(session: Session, transport_id: int) -> Transport:
    """The transport as it is now, locked until the transaction ends. Raises `Missing`."""
    transport = session.get(Transport, transport_id, with_for_update=True, populate_existing=True)
    if transport is None:
        raise _missing(transport_id)
    return transport


def _missing(transport_id: int) -> Missing:
    return Missing("unknown_transport", f"There is no transport {transport_id}.")


def _require_password(relay: RelaySettings) -> None:
    if relay.username and not relay.password:
        sentence = "Enter the password for this user name."
        raise Refused("bad_relay", sentence, {"password": sentence})


def _write_relay(transport: Transport, relay: RelaySettings, secrets: Sequence[str]) -> None:
    """Copy `relay` into the row, its password encrypted."""
    transport.host, transport.port = relay.host, relay.port
    transport.security, transport.username = relay.security, relay.username
    transport.password = SecretBox(secrets).encrypt(relay.password) if relay.password else ""
    transport.updated_at = clock.now()


def _write_limits(transport: Transport, limits: LimitSettings) -> None:
    for name in FIELDS:
        setattr(transport, name, getattr(limits, name))
    transport.provider_limits = dict(limits.provider_limits)
    transport.updated_at = clock.now()


def _is_stored(transport: Transport, relay: RelaySettings, secrets: Sequence[str]) -> bool:
    """Whether the row says the same already. A password that cannot be decrypted is always replaced."""
    try:
        return stored_settings(transport, secrets) == relay
    except SessionFailed:
        return False
