"""Retry rejected deliveries: whom a server refused for good, or whose retries ran out, gets another turn."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.mailings.models import Outcome
from newsletter.sending.requeue import lock_sent, requeue


def retry(session: Session, mailing_id: int, *, actor: str, reason: str | None = None) -> int:
    """Make the rejected deliveries, or those with one `reason`, pending again; how many there were.

    0 changes nothing: somebody else was first, or nobody is rejected (for that reason). `Conflict` for a
    mailing that was cancelled or has not begun. The caller commits.
    """
    mailing = lock_sent(session, mailing_id, "retried")
    n = requeue(session, mailing, Outcome.REJECTED, reason)
    if n:
        told = {"count": n} if reason is None else {"count": n, "reason": reason}
        audit.record(session, "mailing.retried", "mailing", mailing.id, actor=actor, **told)
    return n
