"""The time that an editor chose on the page for sending: now, or a day, a time of day and a zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask_babel import gettext as _

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.zones import zone_called, zone_or_utc
from newsletter.sending.schedule_time import Moment, Repeated, parse_schedule_time

NOW = "now"
LATER = "later"
MORNING = "08:00"


@dataclass(frozen=True)
class Chosen:
    """What the form says. `moment` is None for now, and for what cannot be used; then `problem` says why.

    `twice` holds the two offsets, each with its words, when the clocks show the time twice.
    """

    when: str = ""
    date: str = ""
    time: str = ""
    zone: str = "UTC"
    offset: str = ""
    moment: Moment | None = None
    problem: str = ""
    twice: list[tuple[str, str]] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether it is known when to send."""
        return self.when == NOW or self.moment is not None

    @property
    def written(self) -> str:
        """The moment as `parse_schedule_time` reads it back, whatever the clocks do; empty for now."""
        if self.moment is None:
            return ""
        there = self.moment.at.astimezone(zone_or_utc(self.moment.zone))
        return f"{there.isoformat(timespec='minutes')}[{self.moment.zone}]"


def read_chosen(given: Mapping[str, str], default_zone: str) -> Chosen:
    """The choice in a form's fields; nothing chosen yet proposes tomorrow morning."""
    when = given.get("when", "")
    zone = zone_called(given.get("zone", "")[:64]) or default_zone
    date, time, offset = (given.get(name, "").strip()[:20] for name in ("date", "time", "offset"))
    if when != LATER:
        return Chosen(when=NOW if when == NOW else "", date=_tomorrow(zone), time=MORNING, zone=zone)
    typed = Chosen(LATER, date, time, zone, offset)
    return _settled(typed)


def _settled(typed: Chosen) -> Chosen:
    if not typed.date or not typed.time:
        return replace(typed, problem=_("Choose a day and a time."))
    try:
        moment = parse_schedule_time(f"{typed.date}T{typed.time}{typed.offset}[{typed.zone}]", typed.zone)
    except Repeated as error:
        zone = zone_or_utc(typed.zone)
        offsets = [moment.astimezone(zone).isoformat()[-6:] for moment in error.moments]
        words = (_("The first time (UTC%(offset)s)"), _("The second time (UTC%(offset)s)"))
        choices = [(offset, word % {"offset": offset}) for offset, word in zip(offsets, words, strict=True)]
        sentence = _(
            "The clocks go back in %(zone)s, so %(time)s happens twice that day. Choose one.",
            zone=typed.zone,
            time=typed.time,
        )
        return replace(typed, problem=sentence, twice=choices)
    except Refused as error:
        return replace(typed, problem=error.message)
    return replace(typed, moment=moment)


def _tomorrow(zone: str) -> str:
    return (clock.now().astimezone(zone_or_utc(zone)) + timedelta(days=1)).date().isoformat()
