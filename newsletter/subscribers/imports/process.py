"""Process an import of subscribers in a worker: batch by batch, each in one transaction with its position.

A worker that takes over begins at the stored position, and every count stays exact: a batch is in the
database with its counts, or nothing of it is. Of two workers at once, the one that finds the position changed
stops.
"""

from collections.abc import Callable
from datetime import timedelta
from operator import attrgetter

import structlog
from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.imports.batch import import_batch
from newsletter.subscribers.imports.confirm import needed_files
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import (
    ImportProblem,
    ImportState,
    SubscriberImport,
    transition,
)
from newsletter.subscribers.imports.read import read_source
from newsletter.subscribers.imports.result import ImportResult, RowProblem
from newsletter.subscribers.imports.rows import BATCH, Batch, batches
from newsletter.subscribers.imports.upload import source_of
from newsletter.subscribers.names import clean_comment

log = structlog.get_logger(__name__)

# A running import without a committed batch for so long has lost its worker.
STALLED_AFTER = timedelta(seconds=30)
MOST_ATTEMPTS = 5
MOST_PROBLEMS = 1000  # kept with their lines; the rest is counted


def run_import(
    sessions: sessionmaker[Session],
    import_id: int,
    files: ImportFiles,
    stopping: Callable[[], bool] = lambda: False,
    size: int = BATCH,
) -> None:
    """Import what is left of the file, `size` rows in a batch, until `stopping()`. Safe to repeat."""
    row = _claim(sessions, import_id)
    if row is None:
        return
    if not row.over:
        _import_batches(sessions, row, files, stopping, size)
    _delete_files(sessions, import_id, files)


def _import_batches(
    sessions: sessionmaker[Session],
    row: SubscriberImport,
    files: ImportFiles,
    stopping: Callable[[], bool],
    size: int,
) -> None:
    position = row.position
    try:
        unread = batches(read_source(source_of(row, files)), after=position, size=size)
        for batch in unread:
            if not _commit_batch(sessions, row.id, position, batch):
                return  # another worker processes it
            position = batch.through
            if stopping():
                _finish(sessions, row.id, position, ImportState.QUEUED)
                return
    except Refused as error:  # the file is not what it was
        _finish(sessions, row.id, position, ImportState.FAILED, error.message)
    else:
        _finish(sessions, row.id, position, ImportState.DONE)


def _claim(sessions: sessionmaker[Session], import_id: int) -> SubscriberImport | None:
    """Mark the import as this process's, unless it is over.

    None when another worker processes it, or nobody has confirmed it.
    """
    with sessions() as session:
        row = _lock(session, import_id)
        if row is None or row.state is ImportState.PREVIEW:
            return None
        if row.state is ImportState.RUNNING and not is_stalled(row):
            return None
        if row.over:
            return row
        row.attempts += 1
        if row.attempts > MOST_ATTEMPTS:
            transition(row, ImportState.FAILED)
            row.failure = (
                f"The import keeps failing at line {row.position}. Everything before it was imported."
            )
        elif row.state is ImportState.QUEUED:
            transition(row, ImportState.RUNNING)
        row.beat_at = clock.now()
        session.commit()
        return row


def is_stalled(row: SubscriberImport) -> bool:
    """Whether the import's worker seems to be gone."""
    return clock.now() - row.beat_at > STALLED_AFTER


def _commit_batch(sessions: sessionmaker[Session], import_id: int, position: int, batch: Batch) -> bool:
    """Import one batch and count it; False, with nothing done, when another worker changed the position."""
    with sessions() as session:
        row = _lock(session, import_id)
        if row is None or row.state is not ImportState.RUNNING or row.position != position:
            return False
        result = ImportResult(skipped=dict(row.skipped))
        words = Consent(text=row.statement, version="", locale="")
        refused = import_batch(session, row.publication_id, batch.rows, words, result, actor=row.actor)
        result.skip_all(batch.left_out)
        problems = sorted(batch.problems + refused, key=attrgetter("line"))
        _store_problems(session, row, problems)
        row.imported += result.imported
        row.already += result.already
        row.skipped = result.skipped
        row.invalid += len(problems)
        row.position = batch.through
        row.attempts = 0
        row.beat_at = clock.now()
        session.commit()
    return True


def _store_problems(session: Session, row: SubscriberImport, problems: list[RowProblem]) -> None:
    room = max(0, MOST_PROBLEMS - row.invalid)
    rows = [
        # Rows may hold characters that no database takes.
        {"import_id": row.id, "line": problem.line, "problem": clean_comment(problem.problem)}
        for problem in problems[:room]
    ]
    if rows:
        session.execute(insert(ImportProblem), rows)


def _finish(
    sessions: sessionmaker[Session], import_id: int, position: int, state: ImportState, failure: str = ""
) -> None:
    with sessions() as session:
        row = _lock(session, import_id)
        if row is None or row.state is not ImportState.RUNNING or row.position != position:
            return
        transition(row, state)
        row.failure = failure
        row.beat_at = clock.now()
        if row.over:
            audit.record(
                session,
                "subscribers.imported",
                "publication",
                row.publication_id,
                actor=row.actor,
                import_id=row.id,
                imported=row.imported,
                already=row.already,
                skipped=row.skipped,
                errors=row.invalid,
            )
        session.commit()


def _delete_files(sessions: sessionmaker[Session], import_id: int, files: ImportFiles) -> None:
    """Delete the file of an import that is over, and files that no import needs."""
    with sessions() as session:
        row = session.get_one(SubscriberImport, import_id)
        needed = needed_files(session)
    if row.over:
        files.discard(row.file)
    if lost := files.discard_lost(needed):
        log.info("files without an import deleted", files=lost)


def _lock(session: Session, import_id: int) -> SubscriberImport | None:
    return session.get(SubscriberImport, import_id, with_for_update=True, populate_existing=True)
