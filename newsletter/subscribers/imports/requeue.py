"""Queue imports again whose job or worker was lost; the periodic sweep calls it."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.queue import broker
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.process import STALLED_AFTER


def requeue_waiting_imports(sessions: sessionmaker[Session]) -> None:
    """Publish a job for each import that waits or stalled, unless jobs for imports are waiting already."""
    with reading(), sessions() as session:
        waiting = waiting_imports(session)
        undoing = list(session.scalars(select(SubscriberImport.id).where(*_stalled_undo())))
    for import_id in undoing:
        jobs.undo_import.publish(import_id=import_id)
    if waiting and broker.waiting(jobs.import_subscribers.queue) == 0:
        for import_id in waiting:
            jobs.import_subscribers.publish(import_id=import_id)


def _stalled_undo() -> tuple[ColumnElement[bool], ...]:
    late = SubscriberImport.beat_at < clock.now() - STALLED_AFTER
    return (SubscriberImport.state == ImportState.UNDOING, late)


def waiting_imports(session: Session) -> list[int]:
    """The ids of the imports that no worker processes and that are not over, oldest first."""
    lost = (SubscriberImport.state == ImportState.RUNNING) & (
        SubscriberImport.beat_at < clock.now() - STALLED_AFTER
    )
    # Those without a file are of a command, which reads it where it lies.
    wanted = or_(SubscriberImport.state == ImportState.QUEUED, lost) & (SubscriberImport.file != "")
    return list(session.scalars(select(SubscriberImport.id).where(wanted).order_by(SubscriberImport.id)))
