"""Pause a mailing while it is being sent when too much of it comes back."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.feedback.events import EventKind
from newsletter.feedback.models import FeedbackRecord
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.sending.circuit_breaker import pause_if_it_comes_back

SMTP = "smtp"  # refusals of the dialogue, which the mailing's own totals have
# Each look reads all that came back of the mailing: every tenth bounce is enough, complaints are few.
LOOK_EVERY = 10


def pause_mailings(session: Session, records: Sequence[FeedbackRecord]) -> None:
    """Look after `records` were written down; the caller commits."""
    worth_a_look = {
        record.mailing_id
        for record in records
        if record.mailing_id is not None
        and record.source != SMTP
        and (
            record.kind is EventKind.COMPLAINT
            or (record.kind in {EventKind.HARD, EventKind.SOFT} and record.id % LOOK_EVERY == 0)
        )
    }
    for mailing_id in sorted(worth_a_look):
        mailing = session.get(Mailing, mailing_id)
        if mailing is None or mailing.state is not MailingState.SENDING or mailing.control is not Control.GO:
            continue
        bounced, complaints = count_came_back(session, mailing_id)
        pause_if_it_comes_back(session, lock(session, mailing_id), bounced, complaints)


def count_came_back(session: Session, mailing_id: int) -> tuple[int, int]:
    """How many deliveries bounced after they were accepted, and of how many somebody complained."""
    rows = session.execute(
        select(FeedbackRecord.kind, func.count(FeedbackRecord.seq.distinct()))
        .where(FeedbackRecord.mailing_id == mailing_id, FeedbackRecord.source != SMTP)
        .group_by(FeedbackRecord.kind)
    ).all()
    counted = {kind: int(n) for kind, n in rows}
    bounced = counted.get(EventKind.HARD, 0) + counted.get(EventKind.SOFT, 0)
    return bounced, counted.get(EventKind.COMPLAINT, 0)
