"""Sending hours and days, by the clock on the wall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.core.errors import Refused
from newsletter.transports.hours import Hours, day_in, next_day, opens_at, parse_hours, parse_zone

ROME = ZoneInfo("Europe/Rome")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("08:00-20:00", "08:00-20:00"),
        (" 8:00 – 20:00 ", "08:00-20:00"),
        ("22:30-06:00", "22:30-06:00"),
        ("18:00-24:00", "18:00-24:00"),
        ("00:00-00:01", "00:00-00:01"),
    ],
)
def test_hours_are_read(text: str, stored: str) -> None:
    assert str(parse_hours(text)) == stored
    assert parse_hours(stored) == parse_hours(text)


def test_none_means_always() -> None:
    assert parse_hours("") is None
    assert opens_at(None, ROME, at("2026-06-01T03:00")) is None


@pytest.mark.parametrize(
    "text",
    ["8-20", "08:00", "25:00-26:00", "08:60-09:00", "08:00-24:01", "24:00-08:00", "08:00-08:00", "0:00-24:00",
     "٠٨:٠٠-٢٠:٠٠", "08:00-20:00 UTC"],
)  # fmt: skip
def test_what_is_no_hours_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_hours(text)
    assert "hours" in refused.value.fields


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_zone(name)
    assert "zone" in refused.value.fields


@pytest.mark.parametrize(
    ("hours", "now", "opening"),
    [
        ("08:00-20:00", "2026-06-01T06:00", None),  # 08:00 in Rome
        ("08:00-20:00", "2026-06-01T17:59:59", None),
        ("08:00-20:00", "2026-06-01T18:00", "2026-06-02T06:00"),
        ("08:00-20:00", "2026-06-01T05:59:30", "2026-06-01T06:00"),
        ("22:00-06:00", "2026-06-01T20:00", None),
        ("22:00-06:00", "2026-06-01T03:59", None),
        ("22:00-06:00", "2026-06-01T04:00", "2026-06-01T20:00"),
        # On 29 March 2026 the clock goes from 02:00 to 03:00, at 01:00 UTC.
        ("02:30-04:00", "2026-03-29T00:59", "2026-03-29T01:00"),
        ("08:00-20:00", "2026-03-28T19:00", "2026-03-29T06:00"),
        # On 25 October it goes from 03:00 back to 02:00, at 01:00 UTC: what is between comes twice.
        ("02:30-02:45", "2026-10-25T00:45", "2026-10-25T01:30"),
        ("08:00-20:00", "2026-10-24T18:00", "2026-10-25T07:00"),
    ],
)
def test_the_clock_on_the_wall_counts(hours: str, now: str, opening: str | None) -> None:
    assert opens_at(parse_hours(hours), ROME, at(now)) == (at(opening) if opening else None)


@given(
    begin=st.integers(0, 1439),
    length=st.integers(1, 1439),
    zone=st.sampled_from(["Europe/Rome", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    minutes=st.integers(0, 366 * 1440),
)
def test_it_opens_at_the_first_minute_that_is_in_the_hours(
    begin: int, length: int, zone: str, minutes: int
) -> None:
    hours = Hours(begin, (begin + length) % 1440)
    there = ZoneInfo(zone)
    now = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    opening = opens_at(hours, there, now)
    if opening is None:
        assert hours.contain(now.astimezone(there))
        return
    assert now < opening <= now + timedelta(hours=26)
    assert hours.contain(opening.astimezone(there))
    assert not hours.contain((opening - timedelta(minutes=1)).astimezone(there))


def test_days_begin_where_the_zone_is() -> None:
    now = at("2026-06-01T22:30")
    assert day_in(ROME, now) == date(2026, 6, 2)
    assert next_day(ROME, now) == at("2026-06-02T22:00")
    assert next_day(ZoneInfo("UTC"), now) == at("2026-06-02T00:00")
    # There the day of the change begins at 01:00, because midnight does not exist.
    assert next_day(ZoneInfo("Asia/Beirut"), at("2026-03-28T12:00")) == at("2026-03-28T22:00")
