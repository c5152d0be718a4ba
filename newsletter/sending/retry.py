"""When to try again: 5 minutes after the first refusal, then longer, until the message is old news."""

from datetime import datetime, timedelta

FIRST = timedelta(minutes=5)
LONGEST = timedelta(minutes=66)  # as long as Postfix waits at most (maximal_backoff_time, 4000 s)
GIVE_UP_AFTER = timedelta(hours=72)
MOST_ATTEMPTS = 70
EXPIRED = "expired"


def next_due(attempts: int, first_at: datetime, now: datetime) -> datetime | None:
    """When to try again after `attempts` (≥ 1) refusals, the first at `first_at`; None: give up."""
    if attempts >= MOST_ATTEMPTS or now - first_at >= GIVE_UP_AFTER:
        return None
    doubled: timedelta = FIRST * 2 ** min(attempts - 1, 10)
    return now + min(doubled, LONGEST)
