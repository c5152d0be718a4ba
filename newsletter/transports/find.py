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
from newsletter.transports.environment import environment_outlets
from newsletter.transports.facts import RelayFacts
from newsletter.transports.limits import LimitFacts
from newsletter.transports.locker import Locker, Unreadable
from newsletter.transports.look import look_at
from newsletter.transports.models import Transport
from newsletter.transports.outlet import Outlet, row_key
from newsletter.transports.standing import Standing

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


def outlets(session: Session, secrets: Sequence[str], smtp_url: str) -> list[Outlet]:
    """Every way out for mail, in order: the saved transports, or else the relays of `smtp_url`.

    Raises `Refused` when `smtp_url` is needed and has a mistake in it.
    """
    rows = all_transports(session)
    return [row_outlet(row, secrets) for row in rows] if rows else environment_outlets(smtp_url)


def row_outlet(transport: Transport, secrets: Sequence[str]) -> Outlet:
    """A saved transport as a way out."""
    broken = None
    try:
        facts = stored_facts(transport, secrets)
    except SessionFailed as error:
        broken = error
        facts = RelayFacts(transport.host, transport.port, transport.security, transport.username)
    limits = LimitFacts.of(transport)
    return Outlet(
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
) -> list[Outlet] | SessionFailed:
    """The ways out for a single message that somebody waits for, the best first; or why there is none.

    Limits and hours are for mailings. What is paused, broken or waits for somebody is left out; what rests
    for a while comes last. In a transaction of its own, for workers, which ask again and again.
    """
    with reading(), sessions() as session:
        known = outlets(session, secrets, smtp_url)
        standings = look_at(session, known, sender="", now=clock.now())
    fit = [standing for standing in standings if not standing.needs_somebody]
    if fit:
        return [standing.outlet for standing in sorted(fit, key=lambda standing: standing.rests)]
    broken = next((outlet.broken for outlet in known if outlet.broken), None)
    return broken or SessionFailed(Step.CONNECT, _sentence(standings), temporary=False)


def relay_in_use(
    sessions: sessionmaker[Session], secrets: Sequence[str], smtp_url: str
) -> Relay | SessionFailed:
    """The best of those alone."""
    found = outlets_in_use(sessions, secrets, smtp_url)
    return found if isinstance(found, SessionFailed) else found[0].relay


def stored_facts(transport: Transport, secrets: Sequence[str]) -> RelayFacts:
    """The transport with its password in clear. Raises `SessionFailed` when that cannot be read."""
    try:
        password = Locker(secrets).open(transport.password) if transport.password else ""
    except Unreadable:
        raise SessionFailed(Step.AUTH, UNREADABLE, temporary=False) from None
    return RelayFacts(transport.host, transport.port, transport.security, transport.username, password)


def _sentence(standings: Sequence[Standing]) -> str:
    return " ".join(dict.fromkeys(standing.sentence for standing in standings))
