"""Times as editors write them."""

from datetime import UTC, datetime

import pytest
import time_machine

from newsletter.core.errors import Refused
from newsletter.sending.schedule_time import parse_schedule_time

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected", "zone"),
    [
        ("2026-11-27T08:00[Europe/Rome]", "2026-11-27T07:00:00+00:00", "Europe/Rome"),
        ("2026-11-27T08:00+01:00[Europe/Rome]", "2026-11-27T07:00:00+00:00", "Europe/Rome"),
        ("2026-11-27T08:00+01:00", "2026-11-27T07:00:00+00:00", "UTC"),
        ("2026-11-27T08:00Z", "2026-11-27T08:00:00+00:00", "UTC"),
        ("2026-11-27T07:00Z[Europe/Rome]", "2026-11-27T07:00:00+00:00", "Europe/Rome"),
        ("2026-11-27T07:00-00:00[Europe/Rome]", "2026-11-27T07:00:00+00:00", "Europe/Rome"),
        ("2026-11-27T08:00+01:00[!Europe/Rome][u-ca=iso8601]", "2026-11-27T07:00:00+00:00", "Europe/Rome"),
        ("2026-11-27t08[Europe/Rome]", "2026-11-27T07:00:00+00:00", "Europe/Rome"),
        ("2026-11-27T08:00", "2026-11-27T13:00:00+00:00", "America/New_York"),
        ("2026-11-27 08:00", "2026-11-27T13:00:00+00:00", "America/New_York"),
        ("2026-10-25T02:30+01:00[Europe/Rome]", "2026-10-25T01:30:00+00:00", "Europe/Rome"),
        ("2026-10-25T02:30+02:00[Europe/Rome]", "2026-10-25T00:30:00+00:00", "Europe/Rome"),
    ],
)
def test_moments(text: str, expected: str, zone: str) -> None:
    with time_machine.travel(NOW):
        moment = parse_schedule_time(text, "America/New_York")
    assert moment.at.isoformat() == expected
    assert moment.zone == zone


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tomorrow", "is not a time"),
        ("", "is not a time"),
        ("2026-13-01T08:00", "is not a time"),
        ("2026-11-27T08:00[Mars/Olympus]", "no time zone called"),
        ("2026-11-27T08:00[../../etc/passwd]", "is not a time"),
        ("2026-03-29T02:30[Europe/Rome]", "does not exist in Europe/Rome"),
        ("2026-03-29T02:30+01:00[Europe/Rome]", "does not exist in Europe/Rome"),
        ("2026-10-25T02:30[Europe/Rome]", r"happens twice in Europe/Rome.*\+0200 or \+0100"),
        ("2026-11-27T08:00+05:00[Europe/Rome]", "does not have the offset"),
        ("2026-11-27T08:00+00:00[Europe/Rome]", "does not have the offset"),
        ("2026-11-27T08:00Z[Europe/Nowhere]", "no time zone called"),
        ("2026-11-27T08:00[!u-ca=iso8601]", "is not a time"),
        ("2027-01-01", "is not a time"),
        ("20270101", "is not a time"),
        ("2027-W01-1", "is not a time"),
        ("2027-01-01[Europe/Rome]", "is not a time"),
        ("2027-01-01+01:00", "is not a time"),
        ("2026-02-28T08:00Z", "in the past"),
        ("9999-12-31T23:59-01:00", "too far in the future"),
        ("0001-01-01T00:00+01:00", "too far in the future"),
        ("9999-12-31T23:59[America/New_York]", "too far in the future"),
    ],
)
def test_refusals(text: str, why: str) -> None:
    with time_machine.travel(NOW), pytest.raises(Refused, match=why):
        parse_schedule_time(text, "Europe/Rome")
