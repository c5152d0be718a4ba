"""Sending hours and days, in the local time of a named zone.

Local time counts as clocks show it: when they are set forward over the beginning, sending begins right after;
when they are set back, the hour that comes twice counts twice.
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

    def contain(self, local: datetime) -> bool:
        """Whether the local time `local` is within these hours."""
        minute = local.hour * 60 + local.minute
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
    sentence = "Enter hours such as 08:00-20:00, or leave it empty for always."
    raise Refused("bad_hours", sentence, {"hours": sentence})


def parse_zone(name: str) -> ZoneInfo:
    """The time zone called `name`. Raises `Refused`."""
    zone = find_zone(name)
    if zone is None:
        sentence = "Enter a time zone such as Europe/Rome or UTC."
        raise Refused("bad_zone", sentence, {"zone": sentence})
    return zone


def opens_at(hours: Hours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the hours begin next; None when `now` is within them, or there are none."""
    if hours is None or hours.contain(now.astimezone(zone)):
        return None
    # Minute by minute of local time, for at most a day and one change of the clocks: some milliseconds.
    at = now.replace(second=0, microsecond=0)
    while not hours.contain(at.astimezone(zone)):
        at += _MINUTE
    return at


def day_in(zone: ZoneInfo, now: datetime) -> date:
    """The date in `zone` at `now`."""
    return now.astimezone(zone).date()


def next_day(zone: ZoneInfo, now: datetime) -> datetime:
    """When the next day begins in `zone`, as a time in the zone of `now`."""
    tomorrow = day_in(zone, now) + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(now.tzinfo)
