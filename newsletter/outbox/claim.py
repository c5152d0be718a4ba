"""Take a system message for sending, so that no two workers write to the same person at the same time.

A system message is sent *at least once*, a mailing *at most once*. Whoever asked for a confirmation is
waiting for it and sees nothing when it is lost; a second copy, of the same Message-ID, costs a shrug. A
mailing that comes twice costs readers, one that did not come is counted as unanswered and can be sent
again. So a claim here is a lease: when the worker that holds it dies, the next one takes the message up
again, even though the relay may have had it already. There, such a message is never sent again by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.outbox.models import MessageState, SystemMessage

# A worker that has not settled by then is taken for dead. While a message is `sending`, `next_at` says when.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Claim:
    """The right to send one message. A claim that ran out settles nothing: `attempt` has moved on."""

    message_id: int
    attempt: int


def due(now: datetime) -> ColumnElement[bool]:
    """The messages that may be taken at `now`: those that wait, and those whose worker is taken for dead."""
    return and_(
        or_(SystemMessage.state == MessageState.WAITING, SystemMessage.state == MessageState.SENDING),
        SystemMessage.next_at <= now,
    )


def claim(session: Session, message_id: int) -> Claim | None:
    """Take the message, counting an attempt; None when it is not due, settled, or somebody else was first.

    The caller commits before it sends.
    """
    now = clock.now()
    attempt = session.scalar(
        update(SystemMessage)
        .where(SystemMessage.id == message_id, due(now))
        .values(state=MessageState.SENDING, attempts=SystemMessage.attempts + 1, next_at=now + LEASE)
        .returning(SystemMessage.attempts)
        .execution_options(synchronize_session=False)
    )
    return None if attempt is None else Claim(message_id, attempt)
