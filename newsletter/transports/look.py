"""Look at how things stand with ways out for mail: in at most two reads, whatever their number."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from newsletter.transports.models import TransportRest, TransportUse
from newsletter.transports.outlet import Outlet
from newsletter.transports.standing import Rest, Standing, Used, standing

# Made once: it is asked before each window.
_RESTS = select(TransportRest.transport, TransportRest.reason, TransportRest.until).where(
    TransportRest.transport.in_(bindparam("keys", expanding=True)),
    TransportRest.sender.in_(bindparam("senders", expanding=True)),
)


def look_at(session: Session, outlets: Sequence[Outlet], sender: str, now: datetime) -> list[Standing]:
    """The standing of each of `outlets` for mail from `sender`; empty: for mail from anybody."""
    rests = _rests(session, [outlet.key for outlet in outlets], sender)
    used = read_use(session, [outlet.key for outlet in outlets if outlet.limits.are_counted])
    return [standing(outlet, rests[outlet.key], used.get(outlet.key, Used()), now) for outlet in outlets]


def read_use(session: Session, keys: Sequence[str]) -> dict[str, Used]:
    """What is spoken for of the transports called `keys`, without a lock."""
    if not keys:
        return {}
    rows = session.execute(
        select(TransportUse.transport, TransportUse.free_at, TransportUse.day, TransportUse.used).where(
            TransportUse.transport.in_(keys), TransportUse.provider == ""
        )
    )
    return {key: Used(free_at, day, used) for key, free_at, day, used in rows}


def _rests(session: Session, keys: Sequence[str], sender: str) -> dict[str, list[Rest]]:
    rests: dict[str, list[Rest]] = defaultdict(list)
    for key, reason, until in session.execute(_RESTS, {"keys": keys, "senders": ("", sender)}):
        rests[key].append(Rest(reason, until))
    return rests
