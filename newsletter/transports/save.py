"""Save the relay that mail leaves by from now on."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict, Refused
from newsletter.smtp.failures import SessionFailed
from newsletter.transports.facts import RelayFacts
from newsletter.transports.find import stored_facts
from newsletter.transports.locker import Locker
from newsletter.transports.models import Transport
from newsletter.transports.security import Security

ONLY = 1  # the position of the one transport that is used


def save_relay(session: Session, facts: RelayFacts, secrets: Sequence[str], *, actor: str) -> Transport:
    """Keep `facts` (complete: see `with_kept_password`) as the relay, flushed. Workers take it up soon.

    Raises `Refused` for a user name without password, `Conflict` when somebody saved the first one at once.
    """
    if facts.username and not facts.password:
        sentence = "Type the password of this user name."
        raise Refused("bad_relay", sentence, {"password": sentence})
    found = _locked(session)
    if found is not None and _says(found, facts, secrets):
        return found
    transport = found or Transport(position=ONLY)
    transport.name = transport.host = facts.host
    transport.port, transport.security = facts.port, facts.security
    transport.username = facts.username
    transport.password = Locker(secrets).lock(facts.password) if facts.password else ""
    transport.updated_at = clock.now()
    try:
        with session.begin_nested():
            session.add(transport)
    except IntegrityError:
        raise Conflict(
            "relay_saved", "Somebody else saved a relay at the same time. Look at it now."
        ) from None
    audit.record(
        session,
        "relay.saved",
        "transport",
        transport.id,
        actor=actor,
        host=facts.host,
        port=facts.port,
        security=facts.security.value,
        username=facts.username,
    )
    return transport


def with_kept_password(facts: RelayFacts, kept: RelayFacts | None) -> RelayFacts:
    """`facts` with the kept password in the place of an empty one.

    It goes nowhere but where it went before: not to another host, not for another user, not in clear. Else
    whoever sits down at somebody's desk could have it sent to a server of their own.
    """
    if facts.password or kept is None or not kept.password or not facts.username:
        return facts
    same = (facts.host, facts.username) == (kept.host, kept.username)
    if not same or (facts.security is Security.NONE and kept.security is not Security.NONE):
        sentence = "Type the password again: it is only kept for the same host, user name and encryption."
        raise Refused("bad_relay", sentence, {"password": sentence})
    return RelayFacts(facts.host, facts.port, facts.security, facts.username, kept.password)


def _locked(session: Session) -> Transport | None:
    return session.scalar(
        select(Transport)
        .where(Transport.position == ONLY)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _says(transport: Transport, facts: RelayFacts, secrets: Sequence[str]) -> bool:
    try:
        return stored_facts(transport, secrets) == facts
    except SessionFailed:
        return False
