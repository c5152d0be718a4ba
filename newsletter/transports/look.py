"""Look at how things stand with ways out for mail: in at most two reads, whatever their number."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from newsletter.transports.availability import Availability, Cooldown, Used, standing
from newsletter.transports.models import TransportCooldown, TransportUse
from newsletter.transports.transport_config import TransportConfig

# Made once: it is asked before each window.
_RESTS = select(TransportCooldown.transport, TransportCooldown.reason, TransportCooldown.until).where(
    TransportCooldown.transport.in_(bindparam("keys", expanding=True)),
    TransportCooldown.sender.in_(bindparam("senders", expanding=True)),
)


def read_availability(
    session: Session, configs: Sequence[TransportConfig], sender: str, now: datetime
) -> list[Availability]:
    """The standing of each of `configs` for mail from `sender`; empty: for mail from anybody."""
    rests = _rests(session, [config.key for config in configs], sender)
    used = read_use(session, [config.key for config in configs if config.limits.are_counted])
    return [standing(config, rests[config.key], used.get(config.key, Used()), now) for config in configs]


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


def _rests(session: Session, keys: Sequence[str], sender: str) -> dict[str, list[Cooldown]]:
    rests: dict[str, list[Cooldown]] = defaultdict(list)
    for key, reason, until in session.execute(_RESTS, {"keys": keys, "senders": ("", sender)}):
        rests[key].append(Cooldown(reason, until))
    return rests
