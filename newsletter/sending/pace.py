"""The pace of a throttled mailing, whatever the number of processes: messages are booked on its row.

The generic cell rate algorithm (ITU-T I.371): `paced_until` is when the messages that were let go would have
ended at exactly the rate; up to a second's worth, and always one message, may be booked ahead.
"""

import math
from datetime import datetime, timedelta

from newsletter.mailings.models import Mailing

AHEAD = timedelta(seconds=1)


def allow(mailing: Mailing, wanted: int, now: datetime) -> tuple[int, datetime | None]:
    """How many of `wanted` messages may be reserved now; when none, from when on one may."""
    if mailing.per_second is None:
        return wanted, None
    each = timedelta(seconds=1 / mailing.per_second)
    horizon = now + max(AHEAD, each)
    room = math.floor((horizon - _booked(mailing, now)) / each + 1e-6)
    if room > 0:
        return min(wanted, room), None
    return 0, _booked(mailing, now) - max(AHEAD, each) + each


def spend(mailing: Mailing, messages: int, now: datetime) -> None:
    """Book `messages` that were reserved."""
    if mailing.per_second is not None:
        mailing.paced_until = _booked(mailing, now) + timedelta(seconds=messages / mailing.per_second)


def _booked(mailing: Mailing, now: datetime) -> datetime:
    """Until when messages are booked; what is further away than can be was booked by another clock."""
    booked = mailing.paced_until or now
    furthest = now + 2 * max(AHEAD, timedelta(seconds=1 / (mailing.per_second or 1)))
    return now if booked > furthest else max(booked, now)
