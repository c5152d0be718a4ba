"""Find the relays that mail may leave by."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import Missing
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.smtp.url import Dialogue
from newsletter.transports.availability import Availability, read_availability
from newsletter.transports.environment import environment_transports
from newsletter.transports.limit_settings import LimitSettings
from newsletter.transports.models import Transport
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.secret_box import DecryptionFailed, SecretBox
from newsletter.transports.transport_config import TransportConfig, row_key

UNREADABLE = (
    "The relay's password cannot be read, because SECRET_KEY was changed:"
    " type the password again in Settings, or put the earlier key into OLD_SECRET_KEYS."
)


def all_transports(session: Session) -> list[Transport]:
    """The transports that were saved, in their order; none while the environment's SMTP_URL is used."""
    return list(session.scalars(select(Transport).order_by(Transport.position)))


def get_transport(session: Session, transport_id: int) -> Transport:
    """The transport with this id. Raises `Missing`."""
    transport = session.get(Transport, transport_id)
    if transport is None:
        raise Missing("unknown_transport", f"There is no transport {transport_id}.")
    return transport


def transport_configs(session: Session, secrets: Sequence[str], smtp_url: str) -> list[TransportConfig]:
    """Every transport that mail may leave by, in order: those that were saved, else the relays of `smtp_url`.

    Raises `Refused` when `smtp_url` is needed and has a mistake in it.
    """
    rows = all_transports(session)
    return [stored_transport(row, secrets) for row in rows] if rows else environment_transports(smtp_url)


def stored_transport(transport: Transport, secrets: Sequence[str]) -> TransportConfig:
    """A saved transport as a value, its password decrypted; `broken` says why where that is impossible."""
    broken = None
    try:
        relay = stored_settings(transport, secrets)
    except SessionFailed as error:
        broken = error
        relay = RelaySettings(transport.host, transport.port, transport.security, transport.username)
    limits = LimitSettings.of(transport)
    return TransportConfig(
        key=row_key(transport.id),
        name=transport.name or transport.host,
        relay=replace(relay.relay, dialogue=Dialogue[limits.dialogue.upper()]),
        weight=limits.weight,
        limits=limits.limits(transport.host),
        paused=transport.paused_at is not None,
        broken=broken,
    )


def usable_transports(
    sessions: sessionmaker[Session], secrets: Sequence[str], smtp_url: str
) -> list[TransportConfig] | SessionFailed:
    """The transports for a single message that somebody waits for, the best first; or why there is none.

    Limits and hours are for mailings and do not count here. Transports that need an operator are left out,
    those that cool down come last. Reads in a transaction of its own, for workers, which ask often.
    """
    with reading(), sessions() as session:
        configs = transport_configs(session, secrets, smtp_url)
        availabilities = read_availability(session, configs, sender="", now=clock.now())
    usable = [each for each in availabilities if not each.needs_operator]
    if usable:
        return [each.config for each in sorted(usable, key=lambda each: each.cooling_down)]
    broken = next((config.broken for config in configs if config.broken), None)
    return broken or SessionFailed(Step.CONNECT, _sentences(availabilities), temporary=False)


def stored_settings(transport: Transport, secrets: Sequence[str]) -> RelaySettings:
    """The transport with its password in clear. Raises `SessionFailed` when that cannot be read."""
    try:
        password = SecretBox(secrets).decrypt(transport.password) if transport.password else ""
    except DecryptionFailed:
        raise SessionFailed(Step.AUTH, UNREADABLE, temporary=False) from None
    return RelaySettings(transport.host, transport.port, transport.security, transport.username, password)


def _sentences(availabilities: Sequence[Availability]) -> str:
    return " ".join(dict.fromkeys(each.sentence for each in availabilities))
