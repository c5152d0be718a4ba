"""Resend unanswered deliveries: a person decides it, because some of them may have got the message already.

Nothing is ever resent by itself (RFC 1047). The second copy has the Message-ID of the first, so whatever
recognises duplicates can: it is a function of the mailing and the place (`issues.recipient.message_id`).
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict
from newsletter.mailings.models import Mailing, MailingCount, Outcome
from newsletter.sending.requeue import lock_sent, requeue


def resend(session: Session, mailing_id: int, expected: int, *, actor: str) -> int:
    """Make the unanswered deliveries pending again, if there are still `expected` of them; how many.

    `Conflict`, and nothing is changed, when their number is another by now (somebody resent them, an answer
    was found, or there are more), or when the mailing was cancelled or has not begun. The caller commits.
    """
    mailing = lock_sent(session, mailing_id, "sent again")
    now = _unanswered(session, mailing)
    if now != expected:
        raise Conflict(
            "unanswered_changed",
            f"There are {now:,} unanswered now, not {expected:,}; nothing was sent again.",
            {"unanswered": str(now)},
        )
    n = requeue(session, mailing, Outcome.UNANSWERED)
    if n:
        audit.record(session, "mailing.resent", "mailing", mailing.id, actor=actor, count=n)
    return n


def _unanswered(session: Session, mailing: Mailing) -> int:
    """As the accounts count them; the lock sees to it that this stays true until the commit."""
    n = select(func.coalesce(func.sum(MailingCount.n), 0)).where(
        MailingCount.mailing_id == mailing.id, MailingCount.outcome == Outcome.UNANSWERED
    )
    return session.scalars(n).one()
