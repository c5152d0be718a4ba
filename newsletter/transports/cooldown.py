"""Cooldowns: a transport that failed is not used for a while, for one sender address or for all.

The waiting time doubles with each failure in a row, from 30 seconds to 10 minutes.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.transports.availability import LONGEST_COOLDOWN, Cooldown
from newsletter.transports.models import TransportCooldown
from newsletter.transports.rate import SKEW

FIRST_COOLDOWN = timedelta(seconds=30)
# A failure this long after the end of the last cooldown is the first of a new row.
FORGOTTEN_AFTER = timedelta(hours=1)


def cool_down(
    session: Session, key: str, sender: str, reason: str, *, temporary: bool, now: datetime
) -> datetime | None:
    """Do not use the transport `key` for mail from `sender` (empty: from anybody), because of `reason`.

    After a `temporary` failure it cools down as long as `backoff` says; further failures during that time do
    not prolong it. Any other failure lasts. Returns the end; None: it lasts until `end_cooldowns`.
    """
    row = _locked(session, key, sender, now)
    until: datetime | None
    if row.until is None and row.reason:
        return None
    if not temporary:
        until, tries = None, row.tries
    elif row.until is not None and Cooldown(row.reason, row.until).is_active(now):
        return row.until
    else:
        is_first = row.until is not None and not abs(now - row.until) < FORGOTTEN_AFTER
        tries = 1 if is_first else row.tries + 1
        until = now + backoff(tries)
    session.execute(
        update(TransportCooldown)
        .where(TransportCooldown.transport == key, TransportCooldown.sender == sender)
        .values(reason=reason, since=now, until=until, tries=tries)
        .execution_options(synchronize_session=False)
    )
    return until


def backoff(tries: int) -> timedelta:
    """How long the cooldown after the `tries`-th failure in a row (from 1) lasts."""
    doubled: timedelta = FIRST_COOLDOWN * 2 ** min(tries - 1, 10)
    return min(doubled, LONGEST_COOLDOWN)


def clear_expired(session: Session, key: str, sender: str, now: datetime | None = None) -> bool:
    """After a window went well by `key` for `sender`, delete the cooldowns that are over; whether any were.

    One that is still active began after that window did, and a permanent failure is not mended by it.
    """
    now = now or clock.now()
    deleted = session.execute(
        delete(TransportCooldown)
        .where(
            TransportCooldown.transport == key,
            TransportCooldown.sender.in_({"", sender}),
            or_(TransportCooldown.until <= now, TransportCooldown.until > now + LONGEST_COOLDOWN + SKEW),
        )
        .returning(TransportCooldown.transport)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(deleted)


def end_cooldowns(session: Session, key: str | None = None) -> int:
    """Delete every cooldown of the transport `key`, or of all, also permanent ones; how many there were."""
    statement = delete(TransportCooldown).returning(TransportCooldown.transport)
    if key is not None:
        statement = statement.where(TransportCooldown.transport == key)
    return len(session.execute(statement.execution_options(synchronize_session=False)).all())


def _locked(session: Session, key: str, sender: str, now: datetime) -> TransportCooldown:
    """The row, locked; inserted with an empty reason where there is none."""
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
