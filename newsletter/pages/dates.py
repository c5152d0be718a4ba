"""Dates as pages write them: ISO 8601 and its neighbours in metadata, words of many languages in texts."""

import re
import unicodedata
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import cache

EARLIEST_YEAR, LATEST_YEAR = 1700, 2100  # newspapers put their archives online; later is a mistake of typing
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "sv", "ru", "ar", "he", "pl", "tr", "uk")
MOST_WORDS = 9  # of a line that is a date: “27 November 2026 at 5:14 p.m. EST”
_BEFORE_DATES = frozenset(["le", "el", "il", "den", "am", "on", "the", "-", "–", "—"])
_OTHER_REGIONS = {"ar": ("ar_LB", "ar_MA")}  # the names of months differ between them
_YEAR_FIRST = re.compile(r"\b(\d{4})(?:[-/.]|\s?年\s?|년\s?)(\d{1,2})(?:[-/.]|\s?月\s?|월\s?)(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_SLASHES = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:\.|er|º|°|st|nd|rd|th)?[\s\-‑]{1,3}(?:de |of |d[’'])?"
    r"([^\W\d_]+(?: [^\W\d_]+)?)\.?,?[\s\-‑]{1,3}(?:de |del )?(\d{4})(?!\d)"
)
_MONTH_DAY = re.compile(r"\b([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")


def iso_date(value: str) -> str:
    """A date of a page's metadata as ISO 8601, with time and offset where given; "" for anything else."""
    text = value.strip()[:60]
    if not text:
        return ""
    moment = _read_iso(text) or _read_rfc(text)
    if moment is None or not EARLIEST_YEAR <= moment.year <= LATEST_YEAR or moment.year == 1970:
        return ""
    has_time = re.search(r"\d[T\s,]\s*\d{1,2}:\d\d|T\d{4}", text) is not None
    if not has_time or (moment.tzinfo is None and moment.time() == datetime.min.time()):
        return moment.date().isoformat()
    return moment.isoformat(timespec="minutes" if moment.second == 0 and text.count(":") == 1 else "seconds")


def _read_iso(text: str) -> datetime | None:
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", text)
    text = re.sub(r"(\d)\s+([+-]\d\d:?\d\d)$", r"\1\2", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_rfc(text: str) -> datetime | None:
    """The form of emails and feeds (RFC 5322), and dates in English words."""
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        day = find_date(text, "en")
        return datetime.fromisoformat(day) if day else None


def find_date(text: str, language: str) -> str:
    """The first date in a line of text that can be read in one way only, as `2026-11-27`; else "".

    `language` is a BCP 47 tag; without one the months of all known languages are tried.
    """
    line = "".join(str(unicodedata.digit(c, c)) if c.isdigit() else c for c in text[:500])
    line = re.sub("[\u200e\u200f\u061c]", "", line)
    for pattern, order in ((_YEAR_FIRST, (0, 1, 2)), (_DAY_FIRST, (2, 1, 0))):
        if numbers := pattern.search(line):
            return _day(*(int(numbers[place + 1]) for place in order))
    if numbers := _SLASHES.search(line):
        return _read_slashes(int(numbers[1]), int(numbers[2]), int(numbers[3]), language)
    return _read_words(line, language)


def is_date_line(line: str, language: str) -> bool:
    """Whether `line` begins with its date, but for a day of the week and an article, and is short."""
    words = line.split()
    day = find_date(line, language)
    while day and len(words) > 1 and find_date(" ".join(words[1:]), language) == day:
        if not _may_precede(words[0].strip(".,"), language):
            return False
        words.pop(0)
    return bool(day) and len(words) <= MOST_WORDS


def _may_precede(word: str, language: str) -> bool:
    languages = (language[:2].lower(),) if language else LANGUAGES
    return word.casefold() in _BEFORE_DATES or any(word.casefold() in _weekdays(code) for code in languages)


@cache
def _weekdays(language: str) -> frozenset[str]:
    """The names of the days of the week in `language`, long and short, from the CLDR."""
    from babel import Locale, UnknownLocaleError

    try:
        days = Locale.parse(language).days["format"]
    except (UnknownLocaleError, ValueError):
        return frozenset()
    return frozenset(
        name.casefold().rstrip(".") for width in ("wide", "abbreviated") for name in days[width].values()
    )


def _read_slashes(first: int, second: int, year: int, language: str) -> str:
    american = language.lower() in ("en-us", "en-ph")
    if first > 12 or (not american and language[:2].lower() != "en" and language):
        return _day(year, second, first)
    if second > 12 or american:
        return _day(year, first, second)
    if language.lower().startswith("en-"):
        return _day(year, second, first)
    return ""  # “en” alone may be either


def _read_words(line: str, language: str) -> str:
    languages = (language[:2].lower(),) if language else LANGUAGES
    for words in _DAY_MONTH.finditer(line):
        if number := _month(words[2], languages):
            return _day(int(words[3]), number, int(words[1]))
    for words in _MONTH_DAY.finditer(line):
        if number := _month(words[1], languages):
            return _day(int(words[3]), number, int(words[2]))
    return ""


def _month(word: str, languages: tuple[str, ...]) -> int:
    word = word.casefold()
    for language in languages:
        months = _months(language)
        number = months.get(word) or months.get(word.split(" ")[0])
        if not number and language == "he":
            number = months.get(word.removeprefix("ב"))
        if number:
            return number
    return 0


@cache
def _months(language: str) -> dict[str, int]:
    """The names of the months in `language`, long and short, from the CLDR."""
    from babel import Locale, UnknownLocaleError

    names: dict[str, int] = {}
    for code in (language, *_OTHER_REGIONS.get(language, ())):
        try:
            months = Locale.parse(code).months
        except (UnknownLocaleError, ValueError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    names.setdefault(name.casefold().rstrip("."), int(number))
    if language == "en":
        names["sept"] = 9
    return names


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat() if EARLIEST_YEAR <= year <= LATEST_YEAR else ""
    except ValueError:
        return ""
