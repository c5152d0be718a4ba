"""Read a time as editors write it: in a named zone, and refuse what a clock change makes ambiguous."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.zones import find_zone

# RFC 9557: an ISO 8601 day and time, an offset or none, a zone in brackets or none. `!` before the zone says
# that it must not be ignored, which it never is. Tags such as [u-ca=iso8601] do not change the moment.
WRITTEN = re.compile(
    r"(?P<time>[0-9W-]+[Tt ][^\[\]]+?)\s*"
    r"(?:\[!?(?P<zone>[A-Za-z0-9_+\-/]+)\])?(?:\[[a-z_][a-z0-9_-]*=[^\[\]]+\])*"
)
# A moment without a claim about the zone's offset (RFC 9557 §2): nothing contradicts it.
NO_OFFSET = re.compile(r"(?:[Zz]|-00:?00)$")
# Somebody who writes the present minute means now.
GRACE = timedelta(minutes=1)


@dataclass(frozen=True)
class Moment:
    """A moment, and the zone it was meant in."""

    at: datetime
    zone: str


class Repeated(Refused):
    """A local time that the clocks show twice; `moments` are the two, the earlier first."""

    def __init__(self, sentence: str, moments: tuple[datetime, ...]) -> None:
        super().__init__("when_repeated", sentence, {"at": sentence})
        self.moments = moments


def parse_schedule_time(text: str, default_zone: str) -> Moment:
    """The moment in `2026-11-27T08:00[Europe/Rome]`, `…T08:00+01:00` or `…T08:00` (in `default_zone`).

    An offset may stand before the zone and must be one that it has then; `Z` goes with every zone. Refuses
    what is not a day with a time, an unknown zone, an offset that the zone does not have then, a local time
    that a clock change skips, one that it repeats (unless an offset says which), and the past.
    """
    match = WRITTEN.fullmatch(text.strip())
    try:
        written = datetime.fromisoformat(match["time"].strip()) if match else None
    except ValueError:
        written = None
    if match is None or written is None:
        raise _refused(f"“{text}” is not a time; enter it like 2026-11-27T08:00[Europe/Rome].")
    zone = match["zone"] or (default_zone if written.tzinfo is None else "")
    try:
        if not zone or NO_OFFSET.search(match["time"]):
            moment = written.astimezone(UTC)
            load_zone(zone or "UTC")
        else:
            moment = _in_zone(written, zone)
    except OverflowError:  # the first and last hours of the calendar (years 1 and 9999)
        raise _refused(f"{text} is too far in the future. Choose an earlier time.") from None
    if moment < clock.now() - GRACE:
        raise _refused(f"{text} is in the past. Choose a later time.")
    return Moment(moment, zone or "UTC")


def load_zone(name: str) -> ZoneInfo:
    """The zone called `name`, or `Refused`."""
    zone = find_zone(name)
    if zone is None:
        raise _refused(f"There is no time zone called “{name}”; enter one like Europe/Rome.")
    return zone


def _in_zone(written: datetime, name: str) -> datetime:
    zone = load_zone(name)
    naive = written.replace(tzinfo=None)
    meanings = _meanings(naive, zone)
    if not meanings:
        raise _refused(f"{naive:%Y-%m-%d %H:%M} does not exist in {name}: the clocks go forward then.")
    if written.tzinfo is not None:
        if written.astimezone(UTC) not in meanings:
            raise _refused(f"{name} does not have the offset of {written.isoformat()} at that time.")
        return written.astimezone(UTC)
    if len(meanings) > 1:
        offsets = " or ".join(moment.astimezone(zone).strftime("%z") for moment in meanings)
        sentence = f"{naive:%Y-%m-%d %H:%M} happens twice in {name}: the clocks go back."
        raise Repeated(f"{sentence} Add an offset: {offsets}.", tuple(meanings))
    return meanings[0]


def _meanings(naive: datetime, zone: ZoneInfo) -> list[datetime]:
    """The moments at which a clock in `zone` shows `naive`: one, none (a gap) or two (a repeated hour)."""
    moments = {naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moment for moment in moments if moment.astimezone(zone).replace(tzinfo=None) == naive)


def _refused(sentence: str) -> Refused:
    return Refused("when", sentence, {"at": sentence})
