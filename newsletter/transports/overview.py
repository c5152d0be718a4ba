"""What people see of transports: availability, usage of today, share of the mail, failures of senders."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.transports.availability import (
    Availability,
    Cooldown,
    Usage,
    read_availability,
    read_usage,
)
from newsletter.transports.models import TransportCooldown
from newsletter.transports.transport_config import TransportConfig


@dataclass(frozen=True)
class Overview:
    """One transport. `used_today` of `allowance` messages (None: no limit), where they are counted.

    `share`: how many of a hundred windows leave by it, by the weights; 0: a reserve, or it needs an operator.
    `senders`: the active cooldowns for single senders, by their address.
    """

    availability: Availability
    used_today: int
    allowance: int | None
    share: int
    senders: dict[str, Cooldown]

    @property
    def config(self) -> TransportConfig:
        return self.availability.config


def overview(session: Session, configs: Sequence[TransportConfig], now: datetime) -> list[Overview]:
    """The overview of each of `configs`, in their order."""
    availabilities = read_availability(session, configs, "", now)
    keys = [config.key for config in configs]
    usage = read_usage(session, keys)
    senders = _sender_cooldowns(session, keys, now)
    total_weight = sum(each.config.weight for each in availabilities if not each.needs_operator)
    overviews = []
    for each in availabilities:
        key, limits, today = each.config.key, each.config.limits, each.config.limits.day(now)
        share = 0 if each.needs_operator or not total_weight else 100 * each.config.weight / total_weight
        used = usage.get(key, Usage()).on(today)
        overviews.append(Overview(each, used, limits.allowance(today), round(share), senders[key]))
    return overviews


def _sender_cooldowns(session: Session, keys: Sequence[str], now: datetime) -> dict[str, dict[str, Cooldown]]:
    cooldowns: dict[str, dict[str, Cooldown]] = defaultdict(dict)
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
        cooldown = Cooldown(reason, until)
        if cooldown.is_active(now):
            cooldowns[key][sender] = cooldown
    return cooldowns
