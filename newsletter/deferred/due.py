"""Which deferred requests wait for longer than they should: their jobs were lost."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.deferred.models import DeferredRequest


def due_requests(session: Session, limit: int) -> list[int]:
    """The ids of the oldest requests that nobody has decided within a few seconds."""
    late = DeferredRequest.created_at <= clock.now() - timedelta(seconds=5)
    undecided = select(DeferredRequest.id).where(late, DeferredRequest.suspicion.is_(None))
    return list(session.scalars(undecided.order_by(DeferredRequest.id).limit(limit)))
