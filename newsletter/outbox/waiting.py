"""What still waits in the outbox: the sweep publishes a job for it, whatever became of the first one."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.outbox.claim import due
from newsletter.outbox.models import MessageState, SystemMessage


def waiting(session: Session, limit: int) -> list[int]:
    """The ids of at most `limit` messages that may be taken now, the longest waiting first."""
    return list(
        session.scalars(
            select(SystemMessage.id).where(due(clock.now())).order_by(SystemMessage.next_at).limit(limit)
        )
    )


def put_off_since(session: Session, moment: datetime) -> dict[str, int]:
    """Why messages made before `moment` still wait after a try, and how many for each reason."""
    query = (
        select(SystemMessage.error, func.count())
        .where(
            SystemMessage.state == MessageState.WAITING,
            SystemMessage.error != "",
            SystemMessage.created_at < moment,
        )
        .group_by(SystemMessage.error)
        .order_by(func.count().desc())
    )
    return dict(row for row in session.execute(query))
