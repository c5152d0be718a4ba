"""The rule of a cadence: days and a time of day in a named zone, such as `TU,FR 08:00 Europe/Rome`. Pure.

The dates are found on the wall clock (RFC 5545 recurrence rules, by dateutil) and only then become moments.
Where a clock change skips a time, it is as much later; of a repeated time the first one is meant
(RFC 5545 §3.3.5).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dateutil import rrule

from newsletter.core.errors import Refused
from newsletter.core.zones import find_zone, zone_called, zone_or_utc

LAST = -1
MOST_MONTH_DAY = 28  # which every month has
LONGEST = 200

_WRITTEN = re.compile(
    r"(?P<days>.+?)\s+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:\s+(?P<zone>.+))?", re.DOTALL
)
_NTH = re.compile(r"(?P<nth>1st|2nd|3rd|4th|last)\s+(?P<weekday>[a-z]+)")
_ORDINALS = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": LAST}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOW = "Write it like “FR 08:00”, “TU,FR 08:00”, “1st MO 09:00” or “15 08:00”, with a zone behind it."


@dataclass(frozen=True)
class Occurrence:
    """A date of a cadence: the day in its zone, and the moment in UTC."""

    day: date
    at: datetime


@dataclass(frozen=True)
class Rule:
    """`weekdays` (0 is Monday), in the `nth` week of a month or else each week; or the `month_day`.

    `nth` and `month_day` are -1 for the last one of a month.
    """

    hour: int
    minute: int
    zone: str
    weekdays: tuple[int, ...] = ()
    nth: int | None = None
    month_day: int | None = None

    def __str__(self) -> str:
        return f"{self._days} {self.hour:02}:{self.minute:02} {self.zone}"

    @property
    def _days(self) -> str:
        if self.month_day is not None:
            return "last" if self.month_day == LAST else str(self.month_day)
        days = ",".join(_WEEKDAYS[day] for day in self.weekdays)
        ordinals = {number: word for word, number in _ORDINALS.items()}
        return f"{ordinals[self.nth]} {days}" if self.nth is not None else days

    def occurrences(self, after: datetime) -> Iterator[Occurrence]:
        """The dates after the moment `after`, in order, until the calendar ends."""
        zone = zone_or_utc(self.zone)
        # A day earlier: of the day itself, the time may be to come.
        begin = datetime.combine(
            after.astimezone(zone).date() - timedelta(days=1), time(self.hour, self.minute)
        )
        for local in self._local_times(begin):
            at = local.replace(tzinfo=zone).astimezone(UTC)
            if at > after:
                yield Occurrence(local.date(), at)

    def _local_times(self, begin: datetime) -> rrule.rrule:
        if self.month_day is not None:
            return rrule.rrule(rrule.MONTHLY, dtstart=begin, bymonthday=self.month_day)
        if self.nth is not None:
            nth = [rrule.weekday(day, self.nth) for day in self.weekdays]
            return rrule.rrule(rrule.MONTHLY, dtstart=begin, byweekday=nth)
        return rrule.rrule(rrule.WEEKLY, dtstart=begin, byweekday=self.weekdays)


def parse_rule(text: str, default_zone: str) -> Rule:
    """The rule in `text`; a city stands for its zone, and none for `default_zone`. Raises `Refused`."""
    match = _WRITTEN.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if match is None:
        raise _refused(f"“{text[:80]}” is not a cadence. {_HOW}")
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 23 or minute > 59:
        raise _refused(f"There is no time {match['hour']}:{match['minute']}. Enter one from 00:00 to 23:59.")
    zone = zone_called(match["zone"] or default_zone)
    if find_zone(zone) is None:
        raise _refused(f"There is no time zone called “{zone[:80]}”; enter one like Europe/Rome.")
    days = " ".join(match["days"].lower().split())
    if days == "last":
        return Rule(hour, minute, zone, month_day=LAST)
    if days.isascii() and days.isdigit():
        return Rule(hour, minute, zone, month_day=_month_day(days))
    if nth := _NTH.fullmatch(days):
        return Rule(hour, minute, zone, (_weekday(nth["weekday"]),), nth=_ORDINALS[nth["nth"]])
    weekdays = {_weekday(word.strip()) for word in days.split(",")}
    return Rule(hour, minute, zone, tuple(sorted(weekdays)))


def load_rule(text: str) -> Rule:
    """The rule in what `str(rule)` wrote."""
    return parse_rule(text, "UTC")


def _month_day(text: str) -> int:
    day = int(text[:4])
    if not 1 <= day <= MOST_MONTH_DAY:
        raise _refused(
            f"Not every month has a day {text[:4]}. Choose one from 1 to {MOST_MONTH_DAY}, or “last”."
        )
    return day


def _weekday(word: str) -> int:
    """The day that `word` begins, in two letters or more."""
    for number, name in enumerate(_NAMES):
        if len(word) >= 2 and name.startswith(word):
            return number
    raise _refused(f"“{word[:40]}” is not a day. {_HOW}")


def _refused(sentence: str) -> Refused:
    return Refused("bad_cadence", sentence, {"rule": sentence})
