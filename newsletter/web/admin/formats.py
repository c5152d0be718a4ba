"""Numbers, spans of time and foreign words as the admin writes them, in the language of the page."""

from datetime import timedelta

from babel import Locale
from babel.numbers import format_compact_decimal, format_decimal
from flask_babel import format_timedelta, get_locale
from markupsafe import Markup

LAST_EXACT = 9_999


def page_locale() -> Locale:
    """The locale of the page; English outside of a request."""
    return get_locale() or Locale("en")


def exactly(count: int) -> str:
    """`4,812`: for what people decide by."""
    return format_decimal(count, locale=page_locale())


def number(count: int) -> str | Markup:
    """Exact up to 9,999; above, short with the exact number on hover."""
    if count <= LAST_EXACT:
        return exactly(count)
    short = format_compact_decimal(count, fraction_digits=1, locale=page_locale())
    return Markup('<span title="{}">{}</span>').format(exactly(count), short)


def duration(seconds: float) -> str:
    """`40 seconds`, `12 minutes`, `3 hours`, `2 days`: in the largest unit of which it is one and a half."""
    return str(format_timedelta(timedelta(seconds=max(1, round(seconds))), "second", threshold=1.5))


def isolated(words: str) -> str:
    """Words that may run the other way, kept from turning the sentence around (UAX 9, FSI and PDI)."""
    return f"\N{FIRST STRONG ISOLATE}{words}\N{POP DIRECTIONAL ISOLATE}"
