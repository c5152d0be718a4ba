"""Delete what is old of what came back of mailings."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.feedback.models import Consequence, FeedbackEvidence, FeedbackRecord, RefusedFeedback

KEEP_EVIDENCE = timedelta(days=90)
# As long as an address may stay without mail that fails or arrives.
KEEP_EVENTS = timedelta(days=400)


def delete_old(sessions: sessionmaker[Session]) -> None:
    """Delete evidence and events that are too old; an event that suppresses somebody stays. Commits."""
    with sessions() as session:
        _delete_old(session, clock.now())
        session.commit()


def _delete_old(session: Session, now: datetime) -> None:
    old = select(FeedbackEvidence.id).where(FeedbackEvidence.received_at < now - KEEP_EVIDENCE)
    session.execute(
        update(FeedbackRecord).where(FeedbackRecord.evidence_id.in_(old)).values(evidence_id=None)
    )
    session.execute(delete(FeedbackEvidence).where(FeedbackEvidence.received_at < now - KEEP_EVIDENCE))
    session.execute(
        delete(FeedbackRecord).where(
            FeedbackRecord.received_at < now - KEEP_EVENTS,
            FeedbackRecord.consequence != Consequence.SUPPRESSED,
        )
    )
    session.execute(delete(RefusedFeedback).where(RefusedFeedback.day < (now - KEEP_EVENTS).date()))
