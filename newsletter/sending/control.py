"""Pause, resume and cancel. Each takes effect within a second, plus the replies that are on their way."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.address_text import hide_addresses
from newsletter.core.errors import Conflict
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.sending.approval import require_approval_if_due
from newsletter.sending.finish import finish_if_done
from newsletter.transports.cooldown import end_cooldowns

OVER = frozenset({MailingState.FINISHED, MailingState.CANCELLED})


def pause(session: Session, mailing_id: int, *, actor: str) -> Mailing:
    """Pause a mailing: no further message starts; pausing a paused mailing changes nothing."""
    mailing = _running(session, mailing_id, "paused")
    if mailing.control is Control.GO:
        mailing.control = Control.PAUSE
        mailing.held_reason = ""
        audit.record(session, "mailing.paused", "mailing", mailing.id, actor=actor)
    return mailing


def resume(session: Session, mailing_id: int, *, actor: str) -> Mailing:
    """Resume a paused mailing exactly where it stopped; `Conflict` while it waits for an approval."""
    mailing = _running(session, mailing_id, "resumed")
    if mailing.control is Control.PAUSE:
        require_approval_if_due(session, mailing)
        mailing.control = Control.GO
        audit.record(session, "mailing.resumed", "mailing", mailing.id, actor=actor)
        # Whoever resumes has read why it was paused: that reason does not stop it a second time.
        mailing.held_reason, mailing.last_turn_at = "", clock.now()
        if mailing.state is MailingState.SENDING:
            mailing.refusals_seen = True
            mailing.not_before, mailing.waiting_for = None, ""
            end_cooldowns(session)
            jobs.drain_mailing.enqueue(session, mailing_id=mailing.id)
        else:
            jobs.freeze_mailing.enqueue(session, mailing_id=mailing.id)
    return mailing


def cancel(session: Session, mailing_id: int, *, actor: str) -> Mailing:
    """Cancel a mailing: no further message starts, and once nothing is in flight the rest is excluded."""
    mailing = _running(session, mailing_id, "cancelled", Control.CANCEL)
    if mailing.control is not Control.CANCEL:
        mailing.control = Control.CANCEL
        mailing.held_reason = ""
        audit.record(session, "mailing.cancelled", "mailing", mailing.id, actor=actor)
        finish_if_done(session, mailing)
    return mailing


def auto_pause(session: Session, mailing: Mailing, reason: str) -> None:
    """Pause a mailing that is not paused, `reason` saying why in a sentence. The caller holds its lock."""
    if mailing.state in OVER or mailing.control is not Control.GO:
        return
    mailing.control = Control.PAUSE
    mailing.held_reason = reason
    # Relays repeat the addresses that they speak of, and nobody can be erased from the audit.
    why = hide_addresses(reason)
    audit.record(session, "mailing.paused", "mailing", mailing.id, actor=audit.SYSTEM, reason=why)


def auto_pause_all(session: Session, reason: str) -> None:
    """Pause every mailing that would send, until a person resumes it."""
    ids = session.scalars(
        select(Mailing.id)
        .where(Mailing.state.not_in(OVER), Mailing.control == Control.GO)
        .order_by(Mailing.id)
    ).all()
    for mailing_id in ids:
        auto_pause(session, lock(session, mailing_id), reason)


def _running(session: Session, mailing_id: int, verb: str, allowed: Control | None = None) -> Mailing:
    mailing = lock(session, mailing_id)
    if mailing.state in OVER:
        already = "already " if mailing.state is MailingState.CANCELLED and verb == "cancelled" else ""
        raise Conflict(
            "mailing_over", f"Mailing {mailing.id} is {already}{mailing.state}; it cannot be {verb}."
        )
    if mailing.control is Control.CANCEL and allowed is not Control.CANCEL:
        raise Conflict("mailing_stopping", f"Mailing {mailing.id} is being cancelled; it cannot be {verb}.")
    return mailing
