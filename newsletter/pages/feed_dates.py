"""Dates of feeds, in whatever form they come, as ISO 8601 with an offset."""

from calendar import timegm
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import struct_time


def iso_date(text: str, parsed: struct_time | None = None) -> str:
    """`text` (RFC 3339, RFC 5322) with its own offset, else `parsed`, which is UTC; empty without either."""
    text = text.strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat(timespec="seconds")
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    if parsed is None:
        return ""
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return ""
