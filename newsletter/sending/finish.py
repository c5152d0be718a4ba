"""Finish a mailing: when nobody waits any more, or when it was cancelled and nothing is in flight."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.mailings import counts
from newsletter.mailings.lifecycle import advance
from newsletter.mailings.models import (
    Control,
    Delivery,
    DeliveryRetry,
    Exclusion,
    Mailing,
    MailingState,
    Outcome,
    SendWindow,
)


def finish_if_done(session: Session, mailing: Mailing) -> None:
    """Move a mailing to its end if it has reached it. The caller holds its lock and commits."""
    if mailing.control is Control.CANCEL:
        _cancel(session, mailing)
    elif mailing.state is MailingState.SENDING and not _anybody_waits(session, mailing):
        _end(session, mailing, MailingState.FINISHED)


def _anybody_waits(session: Session, mailing: Mailing) -> bool:
    if mailing.next_seq <= mailing.members:
        return True
    waits = select(DeliveryRetry.seq).where(DeliveryRetry.mailing_id == mailing.id).limit(1)
    return _in_flight(session, mailing) or session.scalar(waits) is not None


def _in_flight(session: Session, mailing: Mailing) -> bool:
    window = select(SendWindow.id).where(SendWindow.mailing_id == mailing.id, SendWindow.size > 0)
    return session.scalar(window.limit(1)) is not None


def _cancel(session: Session, mailing: Mailing) -> None:
    """The second stage of a cancel: what is left of the mailing is excluded, with that reason."""
    over = mailing.state in {MailingState.CANCELLED, MailingState.FINISHED}
    if over or _in_flight(session, mailing):
        return
    session.execute(delete(DeliveryRetry).where(DeliveryRetry.mailing_id == mailing.id))
    waiting = [Outcome.PENDING, Outcome.RETRY]
    of_mailing = (Delivery.mailing_id == mailing.id, Delivery.outcome.in_(waiting))
    left = session.scalar(select(func.count()).where(*of_mailing)) or 0
    session.execute(
        update(Delivery)
        .where(*of_mailing)
        .values(outcome=Outcome.EXCLUDED, reason=Exclusion.CANCELLED.value, at=clock.now())
        .execution_options(synchronize_session=False)
    )
    mailing.next_seq = mailing.members + 1
    counts.clear(session, mailing.id, waiting)
    counts.change(session, mailing.id, {(Outcome.EXCLUDED, Exclusion.CANCELLED.value): left})
    _end(session, mailing, MailingState.CANCELLED)


def _end(session: Session, mailing: Mailing, state: MailingState) -> None:
    advance(mailing, state)
    mailing.finished_at = clock.now()
    mailing.held_reason = ""
    audit.record(session, f"mailing.{state}", "mailing", mailing.id, actor=audit.SYSTEM)
