"""The pace of a throttled mailing, whatever the number of processes: messages are booked on its row."""

from datetime import datetime

from newsletter.mailings.models import Mailing
from newsletter.transports import rate


def allow(mailing: Mailing, wanted: int, now: datetime) -> tuple[int, datetime | None]:
    """How many of `wanted` messages may be reserved now; when none, from when on it is worth asking."""
    if mailing.per_second is None:
        return wanted, None
    until = rate.free_again(mailing.paced_until, mailing.per_second, now)
    if until is not None:
        return 0, until
    return min(wanted, rate.fits(mailing.paced_until, mailing.per_second, now)), None


def spend(mailing: Mailing, messages: int, now: datetime) -> None:
    """Book `messages` that were reserved."""
    if mailing.per_second is not None and messages:
        mailing.paced_until = rate.book(mailing.paced_until, mailing.per_second, messages, now)
