"""Find the relays that mail may leave by."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import Missing
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.smtp.url import Dialogue, Relay
from newsletter.transports.availability import Availability
from newsletter.transports.environment import environment_transports
from newsletter.transports.limit_settings import LimitSettings
from newsletter.transports.look import read_availability
from newsletter.transports.models import Transport
from newsletter.transports.relay_settings import RelaySettings
from newsletter.transports.secret_box import SecretBox, Unreadable
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
    """Every way out for mail, in order: the saved transports, or else the relays of `smtp_url`.

    Raises `Refused` when `smtp_url` is needed and has a mistake in it.
    """
    rows = all_transports(session)
    return [stored_transport(row, secrets) for row in rows] if rows else environment_transports(smtp_url)


def stored_transport(transport: Transport, secrets: Sequence[str]) -> TransportConfig:
    """A saved transport as a way out."""
    broken = None
    try:
        facts = stored_settings(transport, secrets)
    except SessionFailed as error:
        broken = error
        facts = RelaySettings(transport.host, transport.port, transport.security, transport.username)
    limits = LimitSettings.of(transport)
    return TransportConfig(
        key=row_key(transport.id),
        name=transport.name or transport.host,
        relay=replace(facts.relay, dialogue=Dialogue[limits.dialogue.upper()]),
        weight=limits.weight,
        limits=limits.limits(transport.host),
        paused=transport.paused_at is not None,
        broken=broken,
    )


def outlets_in_use(
    sessions: sessionmaker[Session], secrets: Sequence[str], smtp_url: str
) -> list[TransportConfig] | SessionFailed:
    """The ways out for a single message that somebody waits for, the best first; or why there is none.

    Limits and hours are for mailings. What is paused, broken or waits for somebody is left out; what rests
    for a while comes last. In a transaction of its own, for workers, which ask again and again.
    """
    with reading(), sessions() as session:
        known = transport_configs(session, secrets, smtp_url)
        standings = read_availability(session, known, sender="", now=clock.now())
    fit = [standing for standing in standings if not standing.needs_somebody]
    if fit:
        return [standing.config for standing in sorted(fit, key=lambda standing: standing.rests)]
    broken = next((config.broken for config in known if config.broken), None)
    return broken or SessionFailed(Step.CONNECT, _sentence(standings), temporary=False)


def relay_in_use(
    sessions: sessionmaker[Session], secrets: Sequence[str], smtp_url: str
) -> Relay | SessionFailed:
    """The best of those alone."""
    found = outlets_in_use(sessions, secrets, smtp_url)
    return found if isinstance(found, SessionFailed) else found[0].relay


def stored_settings(transport: Transport, secrets: Sequence[str]) -> RelaySettings:
    """The transport with its password in clear. Raises `SessionFailed` when that cannot be read."""
    try:
        password = SecretBox(secrets).open(transport.password) if transport.password else ""
    except Unreadable:
        raise SessionFailed(Step.AUTH, UNREADABLE, temporary=False) from None
    return RelaySettings(transport.host, transport.port, transport.security, transport.username, password)


def _sentence(standings: Sequence[Availability]) -> str:
    return " ".join(dict.fromkeys(standing.sentence for standing in standings))
