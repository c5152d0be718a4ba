"""Unschedule: an issue that waits for its time goes back to its editors."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.issues.snippets.refresh import refresh_draft
from newsletter.mailings.current import current_mailing
from newsletter.mailings.lifecycle import advance, lock
from newsletter.mailings.models import Control, Mailing, MailingState


def unschedule(session: Session, issue_id: int, *, actor: str) -> Mailing | None:
    """Cancel the issue's mailing before its time; None when it has none, so pressing twice does no harm.

    The revision stays locked, as what was once meant to be sent; editing adds a new one, and so do snippets
    that were edited meanwhile. Raises `Conflict` once the mailing has begun: then it can be paused or
    cancelled, and readers may have it.
    """
    current = current_mailing(session, issue_id)
    if current is None:
        return None
    mailing = lock(session, current.id)
    if mailing.state is MailingState.CANCELLED:
        return None
    if mailing.state is not MailingState.SCHEDULED:
        raise Conflict(
            "mailing_begun",
            "This issue is being sent or has been sent, so it can no longer be unscheduled.",
        )
    mailing.control = Control.CANCEL
    mailing.held_reason = ""
    mailing.finished_at = clock.now()
    advance(mailing, MailingState.CANCELLED)
    audit.record(
        session,
        "mailing.unscheduled",
        "mailing",
        mailing.id,
        actor=actor,
        at=mailing.scheduled_at.isoformat(),
    )
    session.flush()
    refresh_draft(session, issue_id, actor=actor)
    return mailing
