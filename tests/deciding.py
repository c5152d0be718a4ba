"""The transactional worker in a test: whatever was deferred is decided."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.db import reading
from newsletter.deferred.decide import decide
from newsletter.deferred.models import DeferredRequest


def decide_all(session: Session) -> int:
    """Decide every deferred request, oldest first, and commit; how many there were."""
    session.rollback()
    with reading():  # somebody else may be writing, and nothing be deferred
        waiting = session.scalars(select(DeferredRequest.id).order_by(DeferredRequest.id)).all()
        session.rollback()
    for request_id in waiting:
        decide(session, request_id)
        session.commit()
    session.rollback()
    return len(waiting)
