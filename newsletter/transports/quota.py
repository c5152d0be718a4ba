"""Reserve from a transport's quotas: messages a second, a day, and a second to each receiving provider.

Everything here is part of the caller's transaction, which is short. Rows are locked until it ends, one
transport's own first, then its providers' in the order of their names; a statement that finds no row makes
it, so that there is never a moment without a lock. A transaction that uses two transports calls
`lock_quota` with both before it reserves or releases anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import case, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.transports import rate
from newsletter.transports.availability import Usage, left_today
from newsletter.transports.models import TransportUse
from newsletter.transports.providers import provider_of
from newsletter.transports.transport_config import TransportConfig


def reserve_quota(session: Session, config: TransportConfig, wanted: int, now: datetime) -> int:
    """Reserve up to `wanted` messages of the rate and of the day; how many were granted, from 0.

    No statement is run for a transport without such limits.
    """
    if wanted < 1 or not config.limits.are_counted:
        return max(0, wanted)
    used = _lock(session, [(config.key, "")])[config.key, ""]
    granted, after = grant(config, used, wanted, now)
    if granted:
        _write(session, config.key, "", after)
    return granted


def grant(config: TransportConfig, used: Usage, wanted: int, now: datetime) -> tuple[int, Usage]:
    """How many of `wanted` messages the limits allow now, and the usage after they are reserved."""
    limits = config.limits
    left = left_today(limits, used, now)
    granted = wanted if left is None else min(wanted, left)
    if limits.per_second is not None:
        granted = min(granted, rate.available_now(used.free_at, limits.per_second, now))
    if not granted:
        return 0, used
    today = limits.day(now)
    after = replace(used, day=today, used=used.on(today) + granted)
    if limits.per_second is not None:
        after = replace(after, free_at=rate.reserve(used.free_at, limits.per_second, granted, now))
    return granted, after


def release_reserved(session: Session, config: TransportConfig, n: int) -> None:
    """Release `n` messages in the transaction that reserved them: they are not needed after all."""
    if n < 1 or not config.limits.are_counted:
        return
    used = _lock(session, [(config.key, "")])[config.key, ""]
    free_at = used.free_at
    if free_at is not None and config.limits.per_second is not None:
        free_at -= rate.duration(n, config.limits.per_second)
    _write(session, config.key, "", replace(used, free_at=free_at, used=max(0, used.used - n)))


def release_unsent(session: Session, transport_key: str, n: int, day: date) -> None:
    """Release `n` messages that were reserved on `day` and never left: they no longer count for that day.

    Their share of the rate lies in the past, so that is not given back.
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


def lock_quota(session: Session, keys: Iterable[str]) -> None:
    """Lock the rows of the transports with these keys, in the order of the keys."""
    ordered = sorted(set(keys))
    if ordered:
        _lock(session, [(key, "") for key in ordered])


def schedule_by_provider(
    session: Session, config: TransportConfig, addresses: Sequence[str], now: datetime
) -> dict[int, datetime]:
    """When to send to those of `addresses` whose provider's rate is reserved now, by index in `addresses`.

    Those that are not in the answer may go now. Each time is reserved: a message that comes back at its time
    goes by this transport without asking again. No statement is run where no provider is limited.
    """
    rates = config.limits.provider_limits
    if not rates:
        return {}
    indexes: dict[str, list[int]] = {}
    for index, address in enumerate(addresses):
        provider = provider_of(address)
        if provider in rates:
            indexes.setdefault(provider, []).append(index)
    if not indexes:
        return {}
    locked = _lock(session, [(config.key, provider) for provider in sorted(indexes)])
    later: dict[int, datetime] = {}
    for provider in sorted(indexes):
        used = locked[config.key, provider]
        moments, free_at = rate.assign_times(used.free_at, rates[provider], len(indexes[provider]), now)
        _write(session, config.key, provider, replace(used, free_at=free_at))
        later.update((index, at) for index, at in zip(indexes[provider], moments, strict=True) if at)
    return later


def _lock(session: Session, rows: list[tuple[str, str]]) -> dict[tuple[str, str], Usage]:
    """The rows of (transport, provider), locked in this order, and made where there are none."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(TransportUse).values(
        [{"transport": transport, "provider": provider, "used": 0} for transport, provider in rows]
    )
    locked = session.execute(
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
    return {(row.transport, row.provider): Usage(row.free_at, row.day, row.used) for row in locked}


def _write(session: Session, transport: str, provider: str, used: Usage) -> None:
    session.execute(
        update(TransportUse)
        .where(TransportUse.transport == transport, TransportUse.provider == provider)
        .values(free_at=used.free_at, day=used.day, used=used.used)
        .execution_options(synchronize_session=False)
    )
