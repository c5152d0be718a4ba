"""The rate limit of one mailing: at most so many messages a second, whatever the number of processes.

Somebody may set it while the mailing runs; it holds from the next reservation on. Messages are booked on the
mailing's row when they are reserved.
"""

from datetime import datetime
from math import isfinite

from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core.errors import Conflict, Refused
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.transports import rate

SLOWEST, FASTEST = 0.1, 100_000.0  # messages a second


def throttle(session: Session, mailing_id: int, per_second: float | None, *, actor: str) -> Mailing:
    """Let at most `per_second` messages of the mailing start each second (0.1 to 100,000; None: no limit).

    The same again changes nothing. `Refused` for another number, `Conflict` for a mailing that was cancelled;
    one that has not begun or is finished keeps the limit for when it goes (again). The caller commits.
    """
    if per_second is not None and not (isfinite(per_second) and SLOWEST <= per_second <= FASTEST):
        problem = f"The limit is a number of messages a second from {SLOWEST} to {FASTEST:,.0f}, or none."
        raise Refused("throttle", problem, {"per_second": problem})
    mailing = lock(session, mailing_id)
    if mailing.state is MailingState.CANCELLED or mailing.control is Control.CANCEL:
        being = "" if mailing.state is MailingState.CANCELLED else "being "
        raise Conflict("mailing_over", f"Mailing {mailing.id} is {being}cancelled; it cannot be throttled.")
    if mailing.per_second == per_second:
        return mailing
    mailing.per_second = per_second
    mailing.paced_until = None  # what was booked at the old rate is not waited for
    audit.record(session, "mailing.throttled", "mailing", mailing.id, actor=actor, per_second=per_second)
    if mailing.state is MailingState.SENDING and mailing.control is Control.GO:
        jobs.drain_mailing.enqueue(session, mailing_id=mailing.id)
    return mailing


def allow(mailing: Mailing, wanted: int, now: datetime) -> tuple[int, datetime | None]:
    """How many of `wanted` messages may be reserved now; when none, from when on it is worth asking."""
    if mailing.per_second is None:
        return wanted, None
    until = rate.retry_at(mailing.paced_until, mailing.per_second, now)
    if until is not None:
        return 0, until
    return min(wanted, rate.available_now(mailing.paced_until, mailing.per_second, now)), None


def consume(mailing: Mailing, messages: int, now: datetime) -> None:
    """Book `messages` that were reserved."""
    if mailing.per_second is not None and messages:
        mailing.paced_until = rate.reserve(mailing.paced_until, mailing.per_second, messages, now)
