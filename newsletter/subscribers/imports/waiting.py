"""Imports that nobody works on, for the sweep: their doorbell was lost, or their worker was."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.queue import broker
from newsletter.subscribers.imports.models import ImportState, SubscriberImport
from newsletter.subscribers.imports.work import STILL


def ring_for_waiting(sessions: sessionmaker[Session]) -> None:
    """Ring for each import that waits or stands still, unless bells still wait to be answered."""
    with reading(), sessions() as session:
        waiting = waiting_imports(session)
    if waiting and broker.waiting(jobs.import_subscribers.queue) == 0:
        for import_id in waiting:
            jobs.import_subscribers.ring(import_id=import_id)


def waiting_imports(session: Session) -> list[int]:
    """The ids of the imports that somebody should take up, oldest first."""
    lost = (SubscriberImport.state == ImportState.RUNNING) & (SubscriberImport.beat_at < clock.now() - STILL)
    wanted = or_(SubscriberImport.state == ImportState.QUEUED, lost)
    return list(session.scalars(select(SubscriberImport.id).where(wanted).order_by(SubscriberImport.id)))
