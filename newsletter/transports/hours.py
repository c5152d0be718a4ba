"""Sending hours and days, by the clock on the wall of a named zone.

What counts is what that clock shows: where it is set forward over the beginning, sending begins when it has
been set; where it is set back, an hour that comes twice counts twice.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from newsletter.core.errors import Refused
from newsletter.core.zones import find_zone

MINUTES_A_DAY = 24 * 60

_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*", re.ASCII)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Hours:
    """From `begin` up to `end`, in minutes since midnight; an end before the beginning is on the next day."""

    begin: int
    end: int

    def __str__(self) -> str:
        return f"{self.begin // 60:02}:{self.begin % 60:02}-{self.end // 60:02}:{self.end % 60:02}"

    def hold(self, wall: datetime) -> bool:
        """Whether this is a time to send at, as the clock on the wall shows it."""
        minute = wall.hour * 60 + wall.minute
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


@lru_cache(maxsize=64)
def parse_hours(text: str) -> Hours | None:
    """The hours in `text`, such as "08:00-20:00" or "22:00-06:00"; None when it is empty: always.

    Raises `Refused` for anything else, also for hours that begin when they end.
    """
    if not text.strip():
        return None
    if found := _HOURS.fullmatch(text):
        from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
        begin, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        fits = begin < MINUTES_A_DAY and end <= MINUTES_A_DAY and max(from_minute, to_minute) < 60
        if fits and begin != end % MINUTES_A_DAY:
            return Hours(begin, end)
    sentence = "Write hours such as 08:00-20:00; nothing for always."
    raise Refused("bad_hours", sentence, {"hours": sentence})


def parse_zone(name: str) -> ZoneInfo:
    """The time zone called `name`. Raises `Refused`."""
    zone = find_zone(name)
    if zone is None:
        sentence = "Write a time zone such as Europe/Rome or UTC."
        raise Refused("bad_zone", sentence, {"zone": sentence})
    return zone


def opens_at(hours: Hours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the hours begin next; None when they hold now, or there are none."""
    if hours is None or hours.hold(now.astimezone(zone)):
        return None
    # Minute by minute, as the wall clock goes: at most a day and what a clock is set by, some milliseconds.
    at = now.replace(second=0, microsecond=0)
    while not hours.hold(at.astimezone(zone)):
        at += _MINUTE
    return at


def day_in(zone: ZoneInfo, now: datetime) -> date:
    """What day it is there."""
    return now.astimezone(zone).date()


def next_day(zone: ZoneInfo, now: datetime) -> datetime:
    """When the next day begins there, in the zone of `now`."""
    tomorrow = day_in(zone, now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(now.tzinfo)
