"""Everything about the ways out that people are told: how things stand, how much is used, whose trouble."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.transports.look import look_at, read_use
from newsletter.transports.models import TransportRest
from newsletter.transports.outlet import Outlet
from newsletter.transports.standing import Rest, Standing, Used


@dataclass(frozen=True)
class Overview:
    """One way out. `used_today` of `allowance` (None: as many as there are) messages, where they are counted.

    `share`: how many of a hundred windows it takes while things are as they are set; 0: a reserve, or held.
    `senders`: the trouble it has with single senders.
    """

    standing: Standing
    used_today: int
    allowance: int | None
    share: int
    senders: dict[str, Rest]

    @property
    def outlet(self) -> Outlet:
        return self.standing.outlet


def overview(session: Session, outlets: Sequence[Outlet], now: datetime) -> list[Overview]:
    """What there is to tell of each of `outlets`."""
    standings = look_at(session, outlets, "", now)
    keys = [outlet.key for outlet in outlets]
    use = read_use(session, keys)
    senders = _senders(session, keys, now)
    whole = sum(one.outlet.weight for one in standings if not one.needs_somebody)
    told = []
    for one in standings:
        limits = one.outlet.limits
        today = limits.day(now)
        takes = 0 if one.needs_somebody or not whole else round(100 * one.outlet.weight / whole)
        used = use.get(one.outlet.key, Used()).on(today)
        told.append(Overview(one, used, limits.allowance(today), takes, senders[one.outlet.key]))
    return told


def _senders(session: Session, keys: Sequence[str], now: datetime) -> dict[str, dict[str, Rest]]:
    found: dict[str, dict[str, Rest]] = defaultdict(dict)
    rows = session.execute(
        select(TransportRest.transport, TransportRest.sender, TransportRest.reason, TransportRest.until)
        .where(TransportRest.transport.in_(keys), TransportRest.sender != "")
        .order_by(TransportRest.sender)
    )
    for key, sender, reason, until in rows:
        rest = Rest(reason, until)
        if rest.holds(now):
            found[key][sender] = rest
    return found
