"""Times and numbers as the desk says them: a time with its zone, a number as it is."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_compact_decimal, format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

LAST_EXACT = 9_999


def long_moment(moment: datetime, zone: str) -> str:
    """`Friday 27 November 2026 at 08:00 Europe/Rome`."""
    there, locale = moment.astimezone(_zone(zone)), _locale()
    if locale.language == "en":
        day = format_date(there, "EEEE d MMMM y", locale=locale)
    else:
        day = format_date(there, "full", locale=locale)
    return str(_("%(day)s at %(time)s %(zone)s", day=day, time=_time(there, locale), zone=zone))


def short_moment(moment: datetime, zone: str) -> str:
    """`27 Nov 2026, 08:00 Europe/Rome`."""
    there, locale = moment.astimezone(_zone(zone)), _locale()
    pattern = "d MMM y" if locale.language == "en" else "medium"
    return f"{format_date(there, pattern, locale=locale)}, {_time(there, locale)} {zone}"


def exactly(count: int) -> str:
    """`4,812`: for what people decide by."""
    return format_decimal(count, locale=_locale())


def number(count: int) -> str | Markup:
    """Exact up to 9,999; above, short with the exact number on hover."""
    if count <= LAST_EXACT:
        return exactly(count)
    short = format_compact_decimal(count, fraction_digits=1, locale=_locale())
    return Markup('<span title="{}">{}</span>').format(exactly(count), short)


def _time(there: datetime, locale: Locale) -> str:
    return str(format_time(there, "HH:mm" if locale.language == "en" else "short", locale=locale))


def _locale() -> Locale:
    return get_locale() or Locale("en")


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
