"""Days in rules, as moments: a day begins and ends in the publication's time zone."""

from datetime import date, datetime, time, timedelta
from typing import Any

from newsletter.core.zones import zone_or_utc
from newsletter.segments.rules import DaysAgo, InDays

ONE = timedelta(days=1)


def day_of(day: Any, now: datetime, zone: str) -> date:
    """The calendar day that a rule means by `day`, which may be relative to `now`."""
    if isinstance(day, date):
        return day
    today = now.astimezone(zone_or_utc(zone)).date()
    if isinstance(day, DaysAgo):
        return today - timedelta(days=day.days_ago)
    assert isinstance(day, InDays)  # noqa: S101 - tells the type checker
    return today + timedelta(days=day.in_days)


def begin_of(day: date, zone: str) -> datetime:
    """The moment at which `day` begins there."""
    return datetime.combine(day, time.min, zone_or_utc(zone))


def end_of(day: date, zone: str) -> datetime:
    """The moment at which the next day begins."""
    return begin_of(day + ONE, zone)
