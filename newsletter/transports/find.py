"""Find the relay that mail leaves by now."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core.db import reading
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.smtp.url import Relay, parse_smtp_url
from newsletter.transports.facts import RelayFacts
from newsletter.transports.locker import Locker, Unreadable
from newsletter.transports.models import Transport

UNREADABLE = (
    "The relay's password cannot be read, because SECRET_KEY was changed:"
    " type the password again in Settings, or put the earlier key into OLD_SECRET_KEYS."
)


def find_transport(session: Session) -> Transport | None:
    """The transport that was saved; None while the environment's SMTP_URL is used."""
    return session.scalar(select(Transport).order_by(Transport.position).limit(1))


def find_relay(session: Session, secrets: Sequence[str], smtp_url: str) -> Relay:
    """The relay to send by: the one that was saved, else the one of `smtp_url`.

    Raises `SessionFailed`, as connecting would, when its password cannot be read any more.
    """
    transport = find_transport(session)
    return parse_smtp_url(smtp_url) if transport is None else stored_facts(transport, secrets).relay


def relay_in_use(
    sessions: sessionmaker[Session], secrets: Sequence[str], smtp_url: str
) -> Relay | SessionFailed:
    """The same in a transaction of its own; or why there is none. For workers, which ask again and again."""
    with reading(), sessions() as session:
        try:
            return find_relay(session, secrets, smtp_url)
        except SessionFailed as error:
            return error


def stored_facts(transport: Transport, secrets: Sequence[str]) -> RelayFacts:
    """The transport with its password in clear. Raises `SessionFailed` when that cannot be read."""
    try:
        password = Locker(secrets).open(transport.password) if transport.password else ""
    except Unreadable:
        raise SessionFailed(Step.AUTH, UNREADABLE, temporary=False) from None
    return RelayFacts(transport.host, transport.port, transport.security, transport.username, password)
