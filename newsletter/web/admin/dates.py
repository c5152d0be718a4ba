"""Times as the pages of the admin write them, with their zone, in the language of the page."""

from datetime import date, datetime

from babel.dates import format_date, format_time
from flask_babel import gettext as _

from newsletter.core.zones import zone_or_utc
from newsletter.web.admin.formats import page_locale

NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def long_moment(moment: datetime, zone: str) -> str:
    """`Friday 27 November 2026 at 08:00 Europe/Rome`."""
    there, locale = moment.astimezone(zone_or_utc(zone)), page_locale()
    day = format_date(there, "EEEE d MMMM y" if locale.language == "en" else "full", locale=locale)
    return str(_("%(day)s at %(time)s %(zone)s", day=day, time=_time(there), zone=zone))


def short_moment(moment: datetime, zone: str) -> str:
    """`27 Nov 2026, 08:00 Europe/Rome`."""
    there, locale = moment.astimezone(zone_or_utc(zone)), page_locale()
    day = format_date(there, "d MMM y" if locale.language == "en" else "medium", locale=locale)
    return f"{day}, {_time(there)} {zone}"


def brief_moment(moment: datetime, zone: str) -> str:
    """`27 Nov 2026, 08:00`, on pages that name the zone once."""
    return short_moment(moment, zone).removesuffix(f" {zone}")


def utc_moment(moment: datetime) -> str:
    """`27 Nov 2026, 08:00` in UTC; the page says the zone."""
    return f"{format_date(moment, 'medium', locale=page_locale())}, {time_of_day(moment)}"


def time_of_day(moment: datetime) -> str:
    """The time of day in UTC, in the short form of the language; fonts lack the narrow space of some."""
    return str(format_time(moment, "short", locale=page_locale()).replace(NARROW, WIDE))


def _time(there: datetime) -> str:
    locale = page_locale()
    return str(format_time(there, "HH:mm" if locale.language == "en" else "short", locale=locale))


def page_day(written: str) -> str:
    """`27 Nov 2026` for the ISO 8601 day or time that a page states, in its own zone; else what it states."""
    try:
        day = date.fromisoformat(written[:10])
    except ValueError:
        return written
    locale = page_locale()
    return str(format_date(day, "d MMM y" if locale.language == "en" else "medium", locale=locale))


def month_name(day: date) -> str:
    """`December 2026`."""
    return str(format_date(day, "LLLL y", locale=page_locale()))


def weekday_and_day(moment: datetime, zone: str) -> str:
    """`Fri 4 Dec, 08:00`, on pages that name the zone and the month once."""
    there, locale = moment.astimezone(zone_or_utc(zone)), page_locale()
    return f"{format_date(there, 'EEE d MMM', locale=locale)}, {_time(there)}"
