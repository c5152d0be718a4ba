"""Months as a publication's zone has them."""

from datetime import date, datetime, time, timedelta

from newsletter.core.zones import zone_or_utc


def first_and_next(month: date, zone: str) -> tuple[datetime, datetime]:
    """When the month that begins on `month` begins and is over, in `zone`."""
    return at_time(month, time(), zone), at_time(month_after(month), time(), zone)


def month_before(day: date) -> date:
    """The first day of the month before the one of `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(month: date) -> date:
    """The first day of the month after the one of `month`."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def at_time(day: date, at: time, zone: str) -> datetime:
    """The moment at which the clocks of `zone` show it."""
    return datetime.combine(day, at, zone_or_utc(zone))
