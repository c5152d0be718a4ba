"""Leave a transport alone while it is in trouble, with one sender or with all, and take it up again."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.transports.availability import LONGEST_REST, Cooldown
from newsletter.transports.models import TransportCooldown
from newsletter.transports.rate import SKEW

FIRST_REST = timedelta(seconds=30)
# Trouble that came this long after the last one is new trouble.
FORGOTTEN_AFTER = timedelta(hours=1)


def rest(
    session: Session, key: str, sender: str, reason: str, *, temporary: bool, now: datetime
) -> datetime | None:
    """Leave the transport `key` alone with `sender` (empty: with everybody), because of `reason`.

    Trouble that is `temporary` is left alone for half a minute, then twice as long each time, up to ten
    minutes; whoever reports it while it rests prolongs nothing. Returns until when; None: until `resume`.
    """
    found = _locked(session, key, sender, now)
    until: datetime | None
    if found.until is None and found.reason:
        return None
    if not temporary:
        until, tries = None, found.tries
    elif found.until is not None and Cooldown(found.reason, found.until).holds(now):
        return found.until
    else:
        old = found.until is not None and not abs(now - found.until) < FORGOTTEN_AFTER
        tries = 1 if old else found.tries + 1
        until = now + backoff(tries)
    session.execute(
        update(TransportCooldown)
        .where(TransportCooldown.transport == key, TransportCooldown.sender == sender)
        .values(reason=reason, since=now, until=until, tries=tries)
        .execution_options(synchronize_session=False)
    )
    return until


def backoff(tries: int) -> timedelta:
    """How long the rest after the `tries`-th trouble in a row lasts."""
    doubled: timedelta = FIRST_REST * 2 ** min(tries - 1, 10)
    return min(doubled, LONGEST_REST)


def recovered(session: Session, key: str, sender: str, now: datetime | None = None) -> bool:
    """A window went well by `key` with `sender`: forget the rests that are over. Whether there were any.

    A rest that still holds began after that window did; what waits for somebody is not mended by it.
    """
    now = now or clock.now()
    gone = session.execute(
        delete(TransportCooldown)
        .where(
            TransportCooldown.transport == key,
            TransportCooldown.sender.in_({"", sender}),
            or_(TransportCooldown.until <= now, TransportCooldown.until > now + LONGEST_REST + SKEW),
        )
        .returning(TransportCooldown.transport)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(gone)


def resume(session: Session, key: str | None = None) -> int:
    """Somebody mended it: forget every rest of the transport `key`, or of all. How many there were."""
    statement = delete(TransportCooldown).returning(TransportCooldown.transport)
    if key is not None:
        statement = statement.where(TransportCooldown.transport == key)
    return len(session.execute(statement.execution_options(synchronize_session=False)).all())


def _locked(session: Session, key: str, sender: str, now: datetime) -> TransportCooldown:
    """The row, locked; made where there is none, without a reason."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(TransportCooldown)
        .values(transport=key, sender=sender, reason="", since=now, tries=0)
        .on_conflict_do_nothing(index_elements=["transport", "sender"])
    )
    return session.execute(
        select(TransportCooldown)
        .where(TransportCooldown.transport == key, TransportCooldown.sender == sender)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()
