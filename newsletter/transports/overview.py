"""Everything about the ways out that people are told: how things stand, how much is used, whose trouble."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.transports.availability import Availability, Cooldown, Used
from newsletter.transports.look import read_availability, read_use
from newsletter.transports.models import TransportCooldown
from newsletter.transports.transport_config import TransportConfig


@dataclass(frozen=True)
class Overview:
    """One way out. `used_today` of `allowance` (None: as many as there are) messages, where they are counted.

    `share`: how many of a hundred windows it takes while things are as they are set; 0: a reserve, or held.
    `senders`: the trouble it has with single senders.
    """

    standing: Availability
    used_today: int
    allowance: int | None
    share: int
    senders: dict[str, Cooldown]

    @property
    def config(self) -> TransportConfig:
        return self.standing.config


def overview(session: Session, configs: Sequence[TransportConfig], now: datetime) -> list[Overview]:
    """What there is to tell of each of `configs`."""
    standings = read_availability(session, configs, "", now)
    keys = [config.key for config in configs]
    use = read_use(session, keys)
    senders = _senders(session, keys, now)
    whole = sum(one.config.weight for one in standings if not one.needs_somebody)
    told = []
    for one in standings:
        limits = one.config.limits
        today = limits.day(now)
        takes = 0 if one.needs_somebody or not whole else round(100 * one.config.weight / whole)
        used = use.get(one.config.key, Used()).on(today)
        told.append(Overview(one, used, limits.allowance(today), takes, senders[one.config.key]))
    return told


def _senders(session: Session, keys: Sequence[str], now: datetime) -> dict[str, dict[str, Cooldown]]:
    found: dict[str, dict[str, Cooldown]] = defaultdict(dict)
    rows = session.execute(
        select(
            TransportCooldown.transport,
            TransportCooldown.sender,
            TransportCooldown.reason,
            TransportCooldown.until,
        )
        .where(TransportCooldown.transport.in_(keys), TransportCooldown.sender != "")
        .order_by(TransportCooldown.sender)
    )
    for key, sender, reason, until in rows:
        rest = Cooldown(reason, until)
        if rest.holds(now):
            found[key][sender] = rest
    return found
