"""What still waits in the outbox: the sweep publishes a job for it, whatever became of the first one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.outbox.claim import due
from newsletter.outbox.models import SystemMessage


def waiting(session: Session, limit: int) -> list[int]:
    """The ids of at most `limit` messages that may be taken now, the longest waiting first."""
    return list(
        session.scalars(
            select(SystemMessage.id).where(due(clock.now())).order_by(SystemMessage.next_at).limit(limit)
        )
    )
