"""Put deliveries that were over back into the queue: retry rejected ones, resend unanswered ones.

They are pending again, as if given back untouched. What they were is forgotten, so this is only done because
somebody asked for it. Who has left or was suppressed meanwhile still gets nothing: recipients are read again
at each reservation.

Some of the unanswered may have got the message already, so nothing is ever resent by itself (RFC 1047). The
second copy has the Message-ID of the first, so whatever recognises duplicates can: it is a function of the
mailing and the recipient's `seq` (`issues.recipient.message_id`).
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.mailings import counts
from newsletter.mailings.lifecycle import advance, lock
from newsletter.mailings.models import (
    Control,
    Delivery,
    DeliveryRetry,
    Mailing,
    MailingCount,
    MailingState,
    Outcome,
    SendWindow,
)
from newsletter.sending.tally import Line

# A reservation takes what is due first. If a million were due at the same instant, each would sort a million:
# so every thousand places are due a microsecond after those before.
DUE_TOGETHER = 1_000
FORGOTTEN = {"reason": "", "code": None, "enhanced": "", "at": None}


def retry_rejected(session: Session, mailing_id: int, *, actor: str, reason: str | None = None) -> int:
    """Make the rejected deliveries, or those with one `reason`, pending again; how many there were.

    A server refused them for good, or their retries ran out. 0 changes nothing: somebody else was first, or
    nobody is rejected (for that reason). `Conflict` for a mailing that was cancelled or has not begun. The
    caller commits.
    """
    mailing = _lock_sent(session, mailing_id, "retried")
    n = requeue(session, mailing, Outcome.REJECTED, reason)
    if n:
        details = {"count": n} if reason is None else {"count": n, "reason": reason}
        audit.record(session, "mailing.retried", "mailing", mailing.id, actor=actor, **details)
    return n


def resend_unanswered(session: Session, mailing_id: int, expected: int, *, actor: str) -> int:
    """Make the unanswered deliveries pending again, if there are still `expected` of them; how many.

    `Conflict`, and nothing is changed, when their number is another by now (somebody resent them, an answer
    was found, or there are more), or when the mailing was cancelled or has not begun. The caller commits.
    """
    mailing = _lock_sent(session, mailing_id, "sent again")
    unanswered = _count_unanswered(session, mailing)
    if unanswered != expected:
        raise Conflict(
            "unanswered_changed",
            f"There are {unanswered:,} unanswered now, not {expected:,}; nothing was sent again.",
            {"unanswered": str(unanswered)},
        )
    n = requeue(session, mailing, Outcome.UNANSWERED)
    if n:
        audit.record(session, "mailing.resent", "mailing", mailing.id, actor=actor, count=n)
    return n


def _count_unanswered(session: Session, mailing: Mailing) -> int:
    """As the mailing's totals have it; the lock sees to it that this stays true until the commit."""
    n = select(func.coalesce(func.sum(MailingCount.n), 0)).where(
        MailingCount.mailing_id == mailing.id, MailingCount.outcome == Outcome.UNANSWERED
    )
    return session.scalars(n).one()


def _lock_sent(session: Session, mailing_id: int, verb: str) -> Mailing:
    """The locked mailing, sending or finished; `Conflict` when it was cancelled or has not begun."""
    mailing = lock(session, mailing_id)
    if mailing.state is MailingState.CANCELLED:
        raise Conflict("mailing_over", f"Mailing {mailing.id} is cancelled; nothing of it can be {verb}.")
    if mailing.control is Control.CANCEL:
        raise Conflict(
            "mailing_stopping", f"Mailing {mailing.id} is being cancelled; nothing of it can be {verb}."
        )
    if mailing.state not in {MailingState.SENDING, MailingState.FINISHED}:
        raise Conflict(
            "mailing_not_begun", f"Mailing {mailing.id} has not been sent yet; there is nothing to be {verb}."
        )
    return mailing


def give_back_rejected(session: Session, mailing: Mailing, refusal: Line, since: datetime) -> int:
    """Make those pending again who were rejected by the same `refusal` at or after `since`; how many.

    Their answer is kept beside it. The caller holds the mailing's lock and commits.
    """
    if mailing.control is Control.CANCEL or mailing.state is MailingState.CANCELLED:
        return 0
    alike = (
        Delivery.code == refusal.code,
        Delivery.enhanced == refusal.enhanced,
        Delivery.at >= since,
    )
    return requeue(session, mailing, Outcome.REJECTED, refusal.reason, *alike, forget=False)


def requeue(
    session: Session,
    mailing: Mailing,
    outcome: Outcome,
    reason: str | None = None,
    *conditions: ColumnElement[bool],
    forget: bool = True,
) -> int:
    """Make all deliveries with `outcome` (and `reason`, unless None) pending and due now; how many.

    `conditions`: only those of which they are true; `forget`: also what was answered.

    The caller holds the mailing's lock and commits. A finished mailing is sending again afterwards, whether
    or not it was paused when it finished; one that is paused now stays so. A million take some seconds.
    """
    chosen = [Delivery.mailing_id == mailing.id, Delivery.outcome == outcome, *conditions]
    if reason is not None:
        chosen.append(Delivery.reason == reason)
    groups = session.execute(
        select(Delivery.reason, func.count(), func.min(Delivery.seq), func.max(Delivery.seq))
        .where(*chosen)
        .group_by(Delivery.reason)
    ).all()
    if not groups:
        return 0
    if outcome is Outcome.UNANSWERED:
        # A person decided: whoever held them cannot come back and say that they were never begun.
        session.execute(delete(SendWindow).where(SendWindow.mailing_id == mailing.id, SendWindow.size == 0))
    _queue(session, chosen, min(row[2] for row in groups), max(row[3] for row in groups))
    session.execute(
        update(Delivery)
        .where(*chosen)
        .values(outcome=Outcome.PENDING, **(FORGOTTEN if forget else {}))
        .execution_options(synchronize_session=False)
    )
    by_reason = {row[0]: row[1] for row in groups}
    n = sum(by_reason.values())
    left = {(Outcome.REJECTED, why): -of for why, of in by_reason.items()}
    if outcome is not Outcome.REJECTED:
        left = {(outcome, ""): -n}  # only what is over for good is counted by its reason
    counts.change(session, mailing.id, left | {(Outcome.PENDING, ""): n})
    _go_on(session, mailing)
    return n


def _queue(session: Session, chosen: list[ColumnElement[bool]], first: int, last: int) -> None:
    now = clock.now()
    starts = range(first, last + 1, DUE_TOGETHER)
    waiting = select(
        Delivery.mailing_id,
        Delivery.seq,
        bindparam("due_at", type_=DeliveryRetry.due.type),
        literal(0),
        literal(now, DeliveryRetry.first_at.type),
    ).where(*chosen, Delivery.seq.between(bindparam("from_seq"), bindparam("to_seq")))
    session.flush()
    session.connection().execute(
        insert(DeliveryRetry).from_select(["mailing_id", "seq", "due", "attempts", "first_at"], waiting),
        [
            {
                "from_seq": start,
                "to_seq": start + DUE_TOGETHER - 1,
                "due_at": now - timedelta(microseconds=len(starts) - n),
            }
            for n, start in enumerate(starts)
        ],
    )


def _go_on(session: Session, mailing: Mailing) -> None:
    mailing.last_turn_at = clock.now()  # somebody wants it to go: it need not ask
    if mailing.state is MailingState.FINISHED:
        advance(mailing, MailingState.SENDING)
        mailing.finished_at = None
        mailing.control = Control.GO  # a pause that its end overtook is not what stops it now
    if mailing.control is Control.GO:
        jobs.drain_mailing.enqueue(session, mailing_id=mailing.id)
