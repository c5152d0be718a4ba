"""Process an import of subscribers in a worker: batch by batch, each in one transaction with its position.

A worker that takes over begins at the stored position, and every count stays exact: a batch is in the
database with its counts, or nothing of it is. Of two workers at once, the one that finds the position changed
stops.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from operator import attrgetter

import structlog
from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit
from newsletter.core import clock
from newsletter.core.db import write_much
from newsletter.core.errors import Refused
from newsletter.subscribers.imports.batch import import_batch
from newsletter.subscribers.imports.confirm import needed_files
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.merge import Batch
from newsletter.subscribers.imports.models import (
    ImportProblem,
    ImportState,
    SubscriberImport,
    transition,
)
from newsletter.subscribers.imports.plan import Kind
from newsletter.subscribers.imports.read import Source, read_source
from newsletter.subscribers.imports.result import ImportResult, RowProblem
from newsletter.subscribers.imports.rows import BATCH, RowBatch, batches
from newsletter.subscribers.imports.upload import source_of
from newsletter.subscribers.names import clean_comment

log = structlog.get_logger(__name__)

# A running import without a committed batch for so long has lost its worker.
STALLED_AFTER = timedelta(seconds=30)
MOST_ATTEMPTS = 5
MOST_PROBLEMS = 1000  # kept with their lines; the rest is counted


Progress = Callable[[int, list[RowProblem]], None]
Sessions = Callable[[], AbstractContextManager[Session]]


def run_import(
    sessions: sessionmaker[Session],
    import_id: int,
    files: ImportFiles,
    stopping: Callable[[], bool] = lambda: False,
    size: int = BATCH,
) -> None:
    """Import what is left of the file, `size` rows in a batch, until `stopping()`. Safe to repeat."""
    row = claim(sessions, import_id)
    if row is None or row.state is ImportState.CANCELLED:
        return
    if not row.over:
        with sessions() as session:
            source = source_of(session, row, files)
        import_batches(sessions, row, source, stopping, size=size)
    _delete_files(sessions, import_id, files)


def import_batches(
    sessions: Sessions,
    row: SubscriberImport,
    source: Source,
    stopping: Callable[[], bool] = lambda: False,
    *,
    size: int = BATCH,
    progress: Progress = lambda _line, _problems: None,
) -> None:
    """Import the rows of `source` from the import's position on; `progress` is told line and problems."""
    position = row.position
    suppress = source.plan.kind is Kind.SUPPRESS
    try:
        unread = batches(read_source(source), after=position, size=size, suppress=suppress)
        for batch in unread:
            problems = _commit_batch(sessions, row.id, position, batch, source)
            if problems is None:
                return  # another worker processes it, or somebody cancelled it
            position = batch.through
            progress(position, problems)
            if stopping():
                _finish(sessions, row.id, position, ImportState.QUEUED)
                return
    except Refused as error:  # the file is not what it was
        _finish(sessions, row.id, position, ImportState.FAILED, error.message)
    else:
        _finish(sessions, row.id, position, ImportState.DONE)


def claim(sessions: Sessions, import_id: int) -> SubscriberImport | None:
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


def _commit_batch(
    sessions: Sessions, import_id: int, position: int, batch: RowBatch, source: Source
) -> list[RowProblem] | None:
    """Import one batch and count it; the rows that were left out.

    None, with nothing done, when another worker changed the position.
    """
    with sessions() as session:
        row = _lock(session, import_id)
        if row is None or row.state is not ImportState.RUNNING or row.position != position:
            session.rollback()
            return None
        write_much(session)
        result = ImportResult()
        merged = Batch(row.id, row.publication_id, row.statement, row.actor, source.plan.data, batch.rows)
        refused = import_batch(session, merged, result)
        problems = sorted(batch.problems + refused, key=attrgetter("line"))
        _store_problems(session, row, problems)
        _count(row, result, problems)
        row.position = batch.through
        row.attempts = 0
        row.beat_at = clock.now()
        session.commit()
    return problems


def _count(row: SubscriberImport, result: ImportResult, problems: list[RowProblem]) -> None:
    row.imported += result.imported
    row.already += result.already
    row.updated += result.updated
    row.ended += result.ended
    row.suppressed += result.suppressed
    row.skipped = dict(Counter(row.skipped) + Counter(result.skipped))
    row.refused = dict(Counter(row.refused) + Counter(problem.code for problem in problems))
    row.invalid += len(problems)
    if result.made_tags:
        row.options = row.options | {"made_tags": [*row.options.get("made_tags", []), *result.made_tags]}


def _store_problems(session: Session, row: SubscriberImport, problems: list[RowProblem]) -> None:
    room = max(0, MOST_PROBLEMS - row.invalid)
    rows = [
        # Rows may hold characters that no database takes.
        {"import_id": row.id, "line": problem.line, "problem": clean_comment(problem.problem)}
        for problem in problems[:room]
    ]
    if rows:
        session.execute(insert(ImportProblem), rows)


def _finish(sessions: Sessions, import_id: int, position: int, state: ImportState, failure: str = "") -> None:
    with sessions() as session:
        row = _lock(session, import_id)
        if row is None or row.state is not ImportState.RUNNING or row.position != position:
            session.rollback()
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
    if row.over and row.state is not ImportState.CANCELLED and row.file:
        files.discard(row.file)
    if lost := files.discard_lost(needed):
        log.info("files without an import deleted", files=lost)


def _lock(session: Session, import_id: int) -> SubscriberImport | None:
    return session.get(SubscriberImport, import_id, with_for_update=True, populate_existing=True)
