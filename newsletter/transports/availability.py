"""How things stand with one way out: may it be used now, from when on, and what is in the way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from newsletter.transports import rate
from newsletter.transports.hours import next_day, opens_at, parse_hours, parse_zone
from newsletter.transports.transport_config import Limits, TransportConfig

LONGEST_REST = timedelta(minutes=10)


class Obstacle(StrEnum):
    """What is in the way, the first that is."""

    PAUSED = "paused"
    BROKEN = "broken"  # what is stored cannot be used
    STUCK = "stuck"  # its trouble does not pass by itself
    RESTING = "resting"  # its trouble may pass
    HOURS = "hours"
    DAY = "day"  # today's messages are used up
    PACE = "pace"  # its rate is spoken for


# Somebody has to do something about these.
PEOPLES = frozenset({Obstacle.PAUSED, Obstacle.BROKEN, Obstacle.STUCK})


@dataclass(frozen=True)
class Used:
    """What is spoken for: `free_at` by the rate, and `used` of the messages of `day`."""

    free_at: datetime | None = None
    day: date | None = None
    used: int = 0

    def on(self, day: date) -> int:
        """How many count for `day`. A later day was the day of a clock that has been set back: it counts."""
        return self.used if self.day is not None and self.day >= day else 0


@dataclass(frozen=True)
class Cooldown:
    """Trouble: `until` when it is left alone; None: until somebody mends it."""

    reason: str
    until: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it is to be left alone. Nobody rests longer than `LONGEST_REST`, whatever clock said so."""
        return self.until is None or now < self.until <= now + LONGEST_REST + rate.SKEW


@dataclass(frozen=True)
class Availability:
    """`obstacle` is None when it may be used now; `until` is None when nothing changes by itself."""

    config: TransportConfig
    obstacle: Obstacle | None = None
    until: datetime | None = None
    sentence: str = ""

    @property
    def needs_somebody(self) -> bool:
        return self.obstacle in PEOPLES

    @property
    def rests(self) -> bool:
        return self.obstacle is Obstacle.RESTING


def standing(config: TransportConfig, rests: list[Cooldown], used: Used, now: datetime) -> Availability:
    """How things stand with `config`, of which `used` is spoken for and which `rests`."""
    return (
        _with_people(config)
        or _in_trouble(config, [rest for rest in rests if rest.holds(now)])
        or _by_the_clock(config, now)
        or _by_use(config, used, now)
        or Availability(config)
    )


def left_today(limits: Limits, used: Used, now: datetime) -> int | None:
    """How many messages may still be sent today; None: as many as there are."""
    today = limits.day(now)
    allowance = limits.allowance(today)
    return None if allowance is None else max(0, allowance - used.on(today))


def _with_people(config: TransportConfig) -> Availability | None:
    if config.paused:
        sentence = f"The transport “{config.name}” is paused: resume it under Settings."
        return Availability(config, Obstacle.PAUSED, None, sentence)
    if config.broken is not None:
        return Availability(config, Obstacle.BROKEN, None, config.broken.message)
    return None


def _in_trouble(config: TransportConfig, rests: list[Cooldown]) -> Availability | None:
    stuck = next((rest for rest in rests if rest.until is None), None)
    if stuck is not None:
        return Availability(config, Obstacle.STUCK, None, stuck.reason)
    until, reason = max(((rest.until, rest.reason) for rest in rests if rest.until), default=(None, ""))
    return Availability(config, Obstacle.RESTING, until, reason) if until else None


def _by_the_clock(config: TransportConfig, now: datetime) -> Availability | None:
    zone = parse_zone(config.limits.zone)
    opening = opens_at(parse_hours(config.limits.hours), zone, now)
    if opening is None:
        return None
    hours = f"{config.limits.hours} ({config.limits.zone})"
    sentence = f"The transport “{config.name}” sends only at its hours, {hours}."
    return Availability(config, Obstacle.HOURS, opening, sentence)


def _by_use(config: TransportConfig, used: Used, now: datetime) -> Availability | None:
    limits = config.limits
    if left_today(limits, used, now) == 0:
        allowance = limits.allowance(limits.day(now))
        sentence = f"The transport “{config.name}” has used up its {allowance:,} messages of today."
        return Availability(config, Obstacle.DAY, next_day(parse_zone(limits.zone), now), sentence)
    if limits.per_second is not None:
        until = rate.free_again(used.free_at, limits.per_second, now)
        if until is not None:
            sentence = f"The transport “{config.name}” sends {limits.per_second:g} messages a second."
            return Availability(config, Obstacle.PACE, until, sentence)
    return None
