"""Spend what a transport takes: its rate, its messages of a day, and its rates towards receiving providers.

Everything here is part of the caller's transaction, which is short. Rows are locked until it ends, one
transport's own first, then its providers' in the order of their names; a statement that finds no row makes
it, so that there is never a moment without a lock. A transaction that touches two transports calls
`lock_quota` with both before it touches either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import case, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.transports import rate
from newsletter.transports.availability import Used, left_today
from newsletter.transports.models import TransportUse
from newsletter.transports.providers import provider_of
from newsletter.transports.transport_config import TransportConfig


def take(session: Session, config: TransportConfig, wanted: int, now: datetime) -> int:
    """Debit up to `wanted` messages; how many may be reserved, also 0.

    No statement where nothing is limited.
    """
    if wanted < 1 or not config.limits.are_counted:
        return max(0, wanted)
    used = _lock(session, [(config.key, "")])[config.key, ""]
    granted, after = taken(config, used, wanted, now)
    if granted:
        _write(session, config.key, "", after)
    return granted


def taken(config: TransportConfig, used: Used, wanted: int, now: datetime) -> tuple[int, Used]:
    """How many of `wanted` may go, and what is spoken for then."""
    limits = config.limits
    left = left_today(limits, used, now)
    granted = wanted if left is None else min(wanted, left)
    if limits.per_second is not None:
        granted = min(granted, rate.fits(used.free_at, limits.per_second, now))
    if not granted:
        return 0, used
    today = limits.day(now)
    after = replace(used, day=today, used=used.on(today) + granted)
    if limits.per_second is not None:
        after = replace(after, free_at=rate.book(used.free_at, limits.per_second, granted, now))
    return granted, after


def take_less(session: Session, config: TransportConfig, n: int) -> None:
    """In the transaction that took them: `n` of the messages are not needed after all."""
    if n < 1 or not config.limits.are_counted:
        return
    used = _lock(session, [(config.key, "")])[config.key, ""]
    free_at = used.free_at
    if free_at is not None and config.limits.per_second is not None:
        free_at -= rate.lasting(n, config.limits.per_second)
    _write(session, config.key, "", replace(used, free_at=free_at, used=max(0, used.used - n)))


def give_back(session: Session, transport_key: str, n: int, day: date) -> None:
    """`n` messages that were taken on `day` never left: they count for that day no more.

    Their places in the rate are past, so nobody else can have those.
    """
    if n < 1:
        return
    session.execute(
        update(TransportUse)
        .where(
            TransportUse.transport == transport_key,
            TransportUse.provider == "",
            TransportUse.day == day,
        )
        .values(used=case((TransportUse.used > n, TransportUse.used - n), else_=0))
        .execution_options(synchronize_session=False)
    )


def lock_quota(session: Session, configs: Iterable[str]) -> None:
    """Lock the rows of the transports with these keys, in the order of the keys."""
    keys = sorted(set(configs))
    if keys:
        _lock(session, [(key, "") for key in keys])


def spread(
    session: Session, config: TransportConfig, addresses: Sequence[str], now: datetime
) -> dict[int, datetime]:
    """When those of `addresses` may go that cannot go now, by their places: their provider is spoken for.

    Each of these moments is booked: whoever comes back at theirs asks no more, and sends by this config. No
    statement where the config has no limits towards the providers of `addresses`.
    """
    rates = config.limits.provider_limits
    if not rates:
        return {}
    places: dict[str, list[int]] = {}
    for place, address in enumerate(addresses):
        provider = provider_of(address)
        if provider in rates:
            places.setdefault(provider, []).append(place)
    if not places:
        return {}
    locked = _lock(session, [(config.key, provider) for provider in sorted(places)])
    later: dict[int, datetime] = {}
    for provider in sorted(places):
        used = locked[config.key, provider]
        moments, free_at = rate.line_up(used.free_at, rates[provider], len(places[provider]), now)
        _write(session, config.key, provider, replace(used, free_at=free_at))
        later.update((place, at) for place, at in zip(places[provider], moments, strict=True) if at)
    return later


def _lock(session: Session, rows: list[tuple[str, str]]) -> dict[tuple[str, str], Used]:
    """The rows of (transport, provider), locked in this order, and made where there are none."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(TransportUse).values(
        [{"transport": transport, "provider": provider, "used": 0} for transport, provider in rows]
    )
    found = session.execute(
        statement.on_conflict_do_update(
            index_elements=["transport", "provider"], set_={"used": TransportUse.used}
        ).returning(
            TransportUse.transport,
            TransportUse.provider,
            TransportUse.free_at,
            TransportUse.day,
            TransportUse.used,
        )
    )
    return {(row.transport, row.provider): Used(row.free_at, row.day, row.used) for row in found}


def _write(session: Session, transport: str, provider: str, used: Used) -> None:
    session.execute(
        update(TransportUse)
        .where(TransportUse.transport == transport, TransportUse.provider == provider)
        .values(free_at=used.free_at, day=used.day, used=used.used)
        .execution_options(synchronize_session=False)
    )
