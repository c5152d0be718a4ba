"""Whether a transport may be used now, from when on, and what prevents it.

`read_availability` asks the database, in at most two reads whatever the number of transports;
`judge_availability` decides from values alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from newsletter.transports import rate
from newsletter.transports.hours import next_day, opens_at, parse_hours, parse_zone
from newsletter.transports.models import TransportCooldown, TransportUse
from newsletter.transports.transport_config import Limits, TransportConfig

LONGEST_COOLDOWN = timedelta(minutes=10)


class Obstacle(StrEnum):
    """Why a transport cannot be used now: the first reason, in this order. The values are in our JSON."""

    PAUSED = "paused"  # by somebody
    UNUSABLE = "broken"  # what is stored cannot be used, such as a password that cannot be decrypted
    PERMANENT_FAILURE = "stuck"  # a failure that does not pass by itself
    COOLING_DOWN = "resting"  # a failure that may pass by itself
    OUTSIDE_HOURS = "hours"
    DAILY_LIMIT = "day"  # all messages of today are used
    RATE_LIMITED = "pace"  # its messages a second are reserved


# These stay until a person does something about them.
OPERATOR_MUST_ACT = frozenset({Obstacle.PAUSED, Obstacle.UNUSABLE, Obstacle.PERMANENT_FAILURE})


@dataclass(frozen=True)
class Usage:
    """How much is reserved: `free_at`, when the rate allows the next message; `used` messages on `day`."""

    free_at: datetime | None = None
    day: date | None = None
    used: int = 0

    def on(self, day: date) -> int:
        """How many messages count for `day`. A later `self.day` counts, too: the clock was set back since."""
        return self.used if self.day is not None and self.day >= day else 0


@dataclass(frozen=True)
class Cooldown:
    """A failure, and `until` when the transport is not used for it; None: until somebody resumes it."""

    reason: str
    until: datetime | None

    def is_active(self, now: datetime) -> bool:
        """Whether it still holds. One that seems to end later than is possible was timed by a wrong clock."""
        return self.until is None or now < self.until <= now + LONGEST_COOLDOWN + rate.SKEW


@dataclass(frozen=True)
class Availability:
    """`obstacle` None: it may be used now. `until`: when the obstacle ends by itself, None for never."""

    config: TransportConfig
    obstacle: Obstacle | None = None
    until: datetime | None = None
    sentence: str = ""

    @property
    def needs_operator(self) -> bool:
        return self.obstacle in OPERATOR_MUST_ACT

    @property
    def cooling_down(self) -> bool:
        return self.obstacle is Obstacle.COOLING_DOWN


# Built once, because it runs before each window.
_COOLDOWNS = select(TransportCooldown.transport, TransportCooldown.reason, TransportCooldown.until).where(
    TransportCooldown.transport.in_(bindparam("keys", expanding=True)),
    TransportCooldown.sender.in_(bindparam("senders", expanding=True)),
)


def read_availability(
    session: Session, configs: Sequence[TransportConfig], sender: str, now: datetime
) -> list[Availability]:
    """The availability of each of `configs` for mail from the address `sender`; empty: from anybody."""
    cooldowns = _read_cooldowns(session, [config.key for config in configs], sender)
    usage = read_usage(session, [config.key for config in configs if config.limits.are_counted])
    return [
        judge_availability(config, cooldowns[config.key], usage.get(config.key, Usage()), now)
        for config in configs
    ]


def read_usage(session: Session, keys: Sequence[str]) -> dict[str, Usage]:
    """How much is reserved of the transports with these keys, without a lock. No key without usage."""
    if not keys:
        return {}
    rows = session.execute(
        select(TransportUse.transport, TransportUse.free_at, TransportUse.day, TransportUse.used).where(
            TransportUse.transport.in_(keys), TransportUse.provider == ""
        )
    )
    return {key: Usage(free_at, day, used) for key, free_at, day, used in rows}


def judge_availability(
    config: TransportConfig, cooldowns: list[Cooldown], usage: Usage, now: datetime
) -> Availability:
    """Whether `config` may be used at `now`, given its `cooldowns` (also past ones) and its `usage`."""
    return (
        _paused_or_unusable(config)
        or _cooling_down(config, [cooldown for cooldown in cooldowns if cooldown.is_active(now)])
        or _outside_hours(config, now)
        or _limits_reached(config, usage, now)
        or Availability(config)
    )


def left_today(limits: Limits, usage: Usage, now: datetime) -> int | None:
    """How many messages may still be sent today; None: any number."""
    today = limits.day(now)
    allowance = limits.allowance(today)
    return None if allowance is None else max(0, allowance - usage.on(today))


def _read_cooldowns(session: Session, keys: Sequence[str], sender: str) -> dict[str, list[Cooldown]]:
    cooldowns: dict[str, list[Cooldown]] = defaultdict(list)
    for key, reason, until in session.execute(_COOLDOWNS, {"keys": keys, "senders": ("", sender)}):
        cooldowns[key].append(Cooldown(reason, until))
    return cooldowns


def _paused_or_unusable(config: TransportConfig) -> Availability | None:
    if config.paused:
        sentence = f"The transport “{config.name}” is paused: resume it under Settings."
        return Availability(config, Obstacle.PAUSED, None, sentence)
    if config.broken is not None:
        return Availability(config, Obstacle.UNUSABLE, None, config.broken.message)
    return None


def _cooling_down(config: TransportConfig, cooldowns: list[Cooldown]) -> Availability | None:
    permanent = next((cooldown for cooldown in cooldowns if cooldown.until is None), None)
    if permanent is not None:
        return Availability(config, Obstacle.PERMANENT_FAILURE, None, permanent.reason)
    until, reason = max(((each.until, each.reason) for each in cooldowns if each.until), default=(None, ""))
    return Availability(config, Obstacle.COOLING_DOWN, until, reason) if until else None


def _outside_hours(config: TransportConfig, now: datetime) -> Availability | None:
    zone = parse_zone(config.limits.zone)
    opening = opens_at(parse_hours(config.limits.hours), zone, now)
    if opening is None:
        return None
    hours = f"{config.limits.hours} ({config.limits.zone})"
    sentence = f"The transport “{config.name}” only sends during its hours, {hours}."
    return Availability(config, Obstacle.OUTSIDE_HOURS, opening, sentence)


def _limits_reached(config: TransportConfig, usage: Usage, now: datetime) -> Availability | None:
    limits = config.limits
    if left_today(limits, usage, now) == 0:
        allowance = limits.allowance(limits.day(now))
        sentence = f"The transport “{config.name}” has used up today's {allowance:,} messages."
        return Availability(config, Obstacle.DAILY_LIMIT, next_day(parse_zone(limits.zone), now), sentence)
    if limits.per_second is not None:
        until = rate.retry_at(usage.free_at, limits.per_second, now)
        if until is not None:
            sentence = f"The transport “{config.name}” sends {limits.per_second:g} messages a second."
            return Availability(config, Obstacle.RATE_LIMITED, until, sentence)
    return None
