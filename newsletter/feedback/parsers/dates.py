"""Dates as reports write them (RFC 5322 §3.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def read_date(text: str) -> datetime | None:
    """The moment, aware; None for what is no date, or none that can be."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
