"""When a server wants to be asked again, and how to ask whether anything changed (RFC 9110, RFC 9111)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_WAIT: Final = 31_536_000  # seconds; nobody can mean more than a year
_LONGEST_VALIDATOR: Final = 1_000  # characters of an ETag that are worth being kept
# `max-age=60`, `max-age="60"` (RFC 9111 §5.2: both are to be understood)
_MAX_AGE: Final = re.compile(r"""(?:^|[\s,])max-age\s*=\s*"?([0-9]{1,10})""", re.IGNORECASE)
_NO_CACHE: Final = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:[\s,]|$)", re.IGNORECASE)


def next_request_seconds(headers: Mapping[str, str], now: datetime) -> int | None:
    """Seconds from `now` (aware) until an answer with these headers is worth asking for again.

    Retry-After is what the server asks for, whatever else it says; Cache-Control goes before Expires. 0 is
    “at any time”, None says nothing. `headers` are found by their usual names, or in any case where the
    mapping does that. At most a year.
    """
    retry_after = headers.get("Retry-After", "").strip()
    if retry_after:
        seconds = _seconds_or_date(retry_after, now)
        if seconds is not None:
            return seconds
    cache_control = headers.get("Cache-Control", "")
    if _NO_CACHE.search(cache_control):
        return 0
    max_age = _MAX_AGE.search(cache_control)
    if max_age:
        return min(max(int(max_age[1]) - _age(headers), 0), LONGEST_WAIT)
    expires = headers.get("Expires", "").strip()
    if not expires:
        return None
    # What is no date is in the past, as the usual “0” is (RFC 9111 §5.3). The server's clock may be wrong,
    # but is so in both of its dates.
    served = _date(headers.get("Date", "")) or now
    moment = _date(expires)
    return _until(moment, served) if moment else 0


def conditional_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What to send with the next request, so that it is answered 304 when nothing changed: RFC 9110 §13.1.

    `headers` are those of its last answer; empty when that had neither ETag nor Last-Modified.
    """
    wanted = {"If-None-Match": headers.get("ETag"), "If-Modified-Since": headers.get("Last-Modified")}
    return {
        name: value.strip()
        for name, value in wanted.items()
        if value and value.strip() and len(value) <= _LONGEST_VALIDATOR and _is_sendable(value.strip())
    }


def _seconds_or_date(text: str, now: datetime) -> int | None:
    if text.isascii() and text.isdigit():
        return min(int(text[:11]), LONGEST_WAIT)
    moment = _date(text)
    return _until(moment, now) if moment else None


def _until(moment: datetime, start: datetime) -> int:
    return min(max(round((moment - start).total_seconds()), 0), LONGEST_WAIT)


def _age(headers: Mapping[str, str]) -> int:
    """How old the answer was already, from a cache in between."""
    age = headers.get("Age", "").strip()
    return int(age[:11]) if age.isascii() and age.isdigit() else 0


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_sendable(value: str) -> bool:
    return value.isascii() and value.isprintable()
