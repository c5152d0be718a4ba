"""Days in words: one form for each language, in issues, system messages and on the pages of readers."""

from datetime import date

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

_ENGLISH = {"long": "d MMMM y", "full": "EEEE, d MMMM y"}


def write_day(day: date, language: str, length: str = "long") -> str:
    """`30 November 2026` in the way of `language` (a BCP 47 tag); `full` has the weekday too."""
    locale = babel_locale(language)
    if locale.language == "en" and not locale.territory:  # where CLDR means the United States
        return format_date(day, _ENGLISH[length], locale=locale)
    return format_date(day, format=length, locale=locale)


def babel_locale(language: str) -> Locale:
    """What CLDR knows of `language`, or of the language without its region; English for one it does not."""
    for tag in (language.replace("_", "-"), language.replace("_", "-").partition("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return Locale("en")
