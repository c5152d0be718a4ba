"""Retry: 5 minutes after the first refusal, then longer, until the message is old news."""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_

from newsletter.core.columns import UtcDateTime
from newsletter.mailings.models import DeliveryRetry
from newsletter.transports.rate import LONGEST_WAIT

FIRST = timedelta(minutes=5)
LONGEST = timedelta(minutes=66)  # as long as Postfix waits at most (maximal_backoff_time, 4000 s)
GIVE_UP_AFTER = timedelta(hours=72)
MOST_ATTEMPTS = 70
# Before so many attempts, three days have not passed: the clock was set, or nothing ran.
FEWEST_ATTEMPTS = 10
EXPIRED = "expired"


def next_due(attempts: int, first_at: datetime, now: datetime) -> datetime | None:
    """When to try again after `attempts` (≥ 1) refusals, the first at `first_at`; None: give up."""
    old = now - first_at >= GIVE_UP_AFTER and attempts >= FEWEST_ATTEMPTS
    if old or attempts >= MOST_ATTEMPTS:
        return None
    doubled: timedelta = FIRST * 2 ** min(attempts - 1, 10)
    return now + min(doubled, LONGEST)


# Whether a delivery that waits may be claimed, at the moment that `due_at` binds. Who was refused never waits
# longer than `LONGEST`, and no slot in the queue towards a provider is further away than `LONGEST_WAIT`:
# what is due later than that was written before the clock was set back.
IS_DUE = or_(
    DeliveryRetry.due <= bindparam("now", type_=UtcDateTime()),
    and_(DeliveryRetry.attempts > 0, DeliveryRetry.due > bindparam("furthest_retry", type_=UtcDateTime())),
    DeliveryRetry.due > bindparam("furthest_slot", type_=UtcDateTime()),
)


def due_at(now: datetime) -> dict[str, datetime]:
    """What `IS_DUE` is asked with."""
    return {"now": now, "furthest_retry": now + LONGEST, "furthest_slot": now + LONGEST_WAIT}
