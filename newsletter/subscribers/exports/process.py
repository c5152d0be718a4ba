"""Make exports in a worker: asked for, claimed, written, kept for a day.

A file that is complete has a row that says so in the same instant; whatever dies in between, a worker begins
anew. An erasure takes all files with it: what is under way is begun again, without the person.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import lock_name, reading
from newsletter.core.errors import DomainError, Missing
from newsletter.publications.models import Publication
from newsletter.subscribers.exports.files import ExportFiles
from newsletter.subscribers.exports.models import KEPT_FOR, ExportState, FileFormat, SubscriberExport
from newsletter.subscribers.exports.people import People
from newsletter.subscribers.exports.write import write_people
from newsletter.subscribers.imports.process import STALLED_AFTER
from newsletter.subscribers.listing import SubscriptionFilter

MOST_ATTEMPTS = 5
# What claims and erasures lock, so that no export begins while somebody is being erased.
_TURN = "5be0cd19137e2179"

# The condition that the segment and the rules of `SubscriberExport.wanted` are, from the layer above.
Narrow = Callable[[Session, Publication, Mapping[str, Any]], ColumnElement[bool] | None]


def begin_export(
    session: Session,
    publication: Publication,
    wanted: SubscriptionFilter,
    format_: FileFormat,
    *,
    segment: str = "",
    rules: Any = None,
    people: int,
    actor: str,
) -> SubscriberExport:
    """Let a worker write the file once the caller has committed; `rules` are JSON, as of a segment."""
    row = SubscriberExport(
        publication_id=publication.id,
        format=format_,
        wanted={"state": wanted.state, "words": wanted.words, "segment": segment, "rules": rules},
        people=people,
        actor=actor,
    )
    session.add(row)
    session.flush()
    jobs.export_subscribers.enqueue(session, export_id=row.id)
    return row


def run_export(
    sessions: sessionmaker[Session],
    export_id: int,
    files: ExportFiles,
    narrow: Narrow,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Write the file from its beginning, until `stopping()`. Safe to repeat."""
    row = _claim(sessions, export_id, files)
    if row is None:
        return
    try:
        state, failure = _write(sessions, row, files, narrow, stopping), ""
    except (DomainError, OSError) as error:
        state = ExportState.FAILED
        failure = error.message if isinstance(error, DomainError) else f"The disk says: {error.strerror}."
    if state is None or not _finish(sessions, row, state, failure):
        files.discard(row.file)


def forget_exports(session: Session) -> None:
    """Forget the exports that are over, and have those under way begun anew: somebody is being erased.

    The caller deletes the files. No export begins before this transaction ends.
    """
    lock_name(session, _TURN)
    session.execute(delete(SubscriberExport).where(SubscriberExport.finished_at.is_not(None)))
    session.execute(update(SubscriberExport).values(state=ExportState.QUEUED, file="", written=0))


def list_exports(session: Session, publication_id: int) -> list[SubscriberExport]:
    """The exports of a publication that are kept, newest first."""
    query = select(SubscriberExport).where(SubscriberExport.publication_id == publication_id)
    return list(session.scalars(query.order_by(SubscriberExport.id.desc())))


def find_finished(session: Session, publication_id: int, export_id: int) -> SubscriberExport:
    """The export of this publication whose file is complete; `Missing` when there is none."""
    row = session.get(SubscriberExport, export_id)
    if row is None or row.publication_id != publication_id or row.state is not ExportState.DONE:
        sentence = "This file is gone: files are kept for a day, and deleted when someone is erased."
        raise Missing("unknown_export", sentence)
    return row


def tidy_exports(sessions: sessionmaker[Session], files: ExportFiles) -> None:
    """Delete what is a day old, with its file, and publish a job for each that waits or lost its worker."""
    with reading(), sessions() as session:
        rows = list(session.scalars(select(SubscriberExport)))
    if old := [row.id for row in rows if row.finished_at and row.finished_at < clock.now() - KEPT_FOR]:
        with sessions.begin() as session:
            session.execute(delete(SubscriberExport).where(SubscriberExport.id.in_(old)))
    for row in rows:
        lost = row.state is ExportState.RUNNING and row.beat_at < clock.now() - STALLED_AFTER
        if lost or row.state is ExportState.QUEUED:
            jobs.export_subscribers.publish(export_id=row.id)
    if files.folder.exists():
        with reading(), sessions() as session:  # again: an export may have begun meanwhile
            before = [path.name for path in files.folder.glob("*")]
            needed = set(session.scalars(select(SubscriberExport.file)))
        for name in set(before) - needed:
            files.discard(name)


def _claim(sessions: sessionmaker[Session], export_id: int, files: ExportFiles) -> SubscriberExport | None:
    """Mark it as this process's; None when it is over, gone, or another worker's."""
    with sessions() as session:
        lock_name(session, _TURN)
        row = session.get(SubscriberExport, export_id, with_for_update=True, populate_existing=True)
        if row is None or row.over:
            return None
        if row.state is ExportState.RUNNING and clock.now() - row.beat_at <= STALLED_AFTER:
            return None
        row.attempts += 1
        row.state, row.beat_at, row.written, row.file = ExportState.RUNNING, clock.now(), 0, files.new_name()
        if row.attempts > MOST_ATTEMPTS:
            row.state, row.file, row.finished_at = ExportState.FAILED, "", clock.now()
            row.failure = "Its worker keeps failing."
        session.commit()
        return None if row.over else row


def _write(
    sessions: sessionmaker[Session],
    row: SubscriberExport,
    files: ExportFiles,
    narrow: Narrow,
    stopping: Callable[[], bool],
) -> ExportState | None:
    """The state that it is in afterwards; None when it is another's, or forgotten."""
    with sessions() as session, files.create(row.file) as file:
        with reading():
            publication = session.get_one(Publication, row.publication_id)
            wanted = SubscriptionFilter(row.wanted["state"], row.wanted["words"])
            people = People(session, publication, wanted, narrow(session, publication, row.wanted))
            session.rollback()
        for written in write_people(people, file, row.format):
            if not _beat(sessions, row, written):
                return None
            if stopping():
                return ExportState.QUEUED
    return ExportState.DONE


def _beat(sessions: sessionmaker[Session], row: SubscriberExport, written: int) -> bool:
    """Note how far it is; whether it is still this worker's."""
    with sessions() as session:
        mine = (SubscriberExport.id == row.id) & (SubscriberExport.file == row.file)
        noted = session.execute(
            update(SubscriberExport)
            .where(mine, SubscriberExport.state == ExportState.RUNNING)
            .values(written=written, beat_at=clock.now())
            .returning(SubscriberExport.id)
        ).first()
        session.commit()
    return noted is not None


def _finish(sessions: sessionmaker[Session], row: SubscriberExport, state: ExportState, failure: str) -> bool:
    """Put it into `state`; whether its file is kept."""
    with sessions() as session:
        now = session.get(SubscriberExport, row.id, with_for_update=True, populate_existing=True)
        if now is None or now.state is not ExportState.RUNNING or now.file != row.file:
            session.rollback()
            return False
        now.state, now.failure, now.beat_at = state, failure, clock.now()
        if state is not ExportState.DONE:
            now.file = ""
        now.finished_at = clock.now() if now.over else None
        session.commit()
    return state is ExportState.DONE
