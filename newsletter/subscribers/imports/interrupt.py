"""Interrupt running imports: what their files say is read anew."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscribers.imports.models import ImportState, SubscriberImport, transition


def interrupt_imports(session: Session) -> None:
    """Let no worker go on with rows that it has read already; the next sweep has them read from the file.

    Call it before the row of any subscriber is locked, as imports do; it waits for batches under way.
    """
    running = select(SubscriberImport).where(SubscriberImport.state == ImportState.RUNNING)
    for row in session.scalars(running.order_by(SubscriberImport.id).with_for_update()):
        transition(row, ImportState.QUEUED)
