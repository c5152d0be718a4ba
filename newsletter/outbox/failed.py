"""System messages that failed for good, and that no later one of their kind made up for."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from newsletter.core import clock
from newsletter.outbox.models import MessageState, SystemMessage

LATELY = timedelta(days=7)


def count_failed(session: Session) -> int:
    """How many failed in the last seven days."""
    return session.scalar(select(func.count(SystemMessage.id)).where(_failed())) or 0


def failed_messages(
    session: Session, *, address_hash: str | None = None, limit: int = 5
) -> list[SystemMessage]:
    """The newest `limit` of them, of everybody or to one address; `error` says why."""
    query = select(SystemMessage).where(_failed())
    if address_hash is not None:
        query = query.where(SystemMessage.address_hash == address_hash)
    return list(session.scalars(query.order_by(SystemMessage.id.desc()).limit(limit)))


def _failed() -> ColumnElement[bool]:
    later = aliased(SystemMessage)
    made_up_for = (
        select(later.id)
        .where(
            later.address_hash == SystemMessage.address_hash,
            later.kind == SystemMessage.kind,
            later.id > SystemMessage.id,
        )
        .exists()
    )
    return (
        (SystemMessage.state == MessageState.FAILED)
        & (SystemMessage.next_at > clock.now() - LATELY)
        & (SystemMessage.recipient != "")  # blank once its person is erased
        & ~made_up_for
    )
