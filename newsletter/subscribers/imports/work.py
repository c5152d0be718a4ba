"""Do an import: batch by batch, each settled in one transaction with the position it ends at.

Whoever takes the import over goes on behind that position, and every count stays exact: a batch either is in
the database with its counts, or nothing of it is. Two workers at once take turns; the one that finds the
position moved by another stops.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.imports.accept import source_of
from newsletter.subscribers.imports.batch import import_batch
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import (
    TRANSITIONS,
    ImportProblem,
    ImportState,
    SubscriberImport,
)
from newsletter.subscribers.imports.read import read_source
from newsletter.subscribers.imports.result import ImportResult, RowProblem
from newsletter.subscribers.imports.rows import BATCH, Batch, batches
from newsletter.subscribers.names import clean_comment

log = structlog.get_logger(__name__)

# A running import that nobody has settled a batch of for so long has lost its worker.
STILL = timedelta(seconds=30)
MOST_ATTEMPTS = 5
MOST_PROBLEMS = 1000  # kept with their lines; the rest is counted


def work(
    sessions: sessionmaker[Session],
    import_id: int,
    files: ImportFiles,
    stopping: Callable[[], bool] = lambda: False,
    size: int = BATCH,
) -> None:
    """Bring the import to its end, or until `stopping()` is true after a batch. Safe to repeat."""
    taken = _take(sessions, import_id)
    if taken is None:
        return
    if not taken.over:
        _walk(sessions, taken, files, stopping, size)
    _forget_file(sessions, import_id, files)


def _walk(
    sessions: sessionmaker[Session],
    one: SubscriberImport,
    files: ImportFiles,
    stopping: Callable[[], bool],
    size: int,
) -> None:
    position = one.position
    try:
        found = batches(read_source(source_of(one, files)), after=position, size=size)
        for batch in found:
            if not _settle(sessions, one.id, position, batch):
                return  # somebody else does it
            position = batch.through
            if stopping():
                _end(sessions, one.id, position, ImportState.QUEUED)
                return
    except Refused as error:  # the file is not what it was
        _end(sessions, one.id, position, ImportState.FAILED, error.message)
    else:
        _end(sessions, one.id, position, ImportState.DONE)


def _take(sessions: sessionmaker[Session], import_id: int) -> SubscriberImport | None:
    """The import as it stands, this process's now unless it is over; None when it is in another's hands."""
    with sessions() as session:
        one = _lock(session, import_id)
        if one is None or (one.state is ImportState.RUNNING and not stands_still(one)):
            return None
        if one.over:
            return one
        one.attempts += 1
        if one.attempts > MOST_ATTEMPTS:
            _move(one, ImportState.FAILED)
            one.failure = f"Nobody gets past line {one.position}. What was read until there is imported."
        elif one.state is ImportState.QUEUED:
            _move(one, ImportState.RUNNING)
        one.beat_at = clock.now()
        session.commit()
        return one


def stands_still(one: SubscriberImport) -> bool:
    """Whether the worker that had the import is gone, as far as can be told."""
    return clock.now() - one.beat_at > STILL


def _settle(sessions: sessionmaker[Session], import_id: int, position: int, batch: Batch) -> bool:
    """Import one batch and count it; False when the import is not where it was left, so nothing is done."""
    with sessions() as session:
        one = _lock(session, import_id)
        if one is None or one.state is not ImportState.RUNNING or one.position != position:
            return False
        result = ImportResult(skipped=dict(one.skipped))
        words = Consent(text=one.statement, version="", locale="")
        import_batch(session, one.publication_id, batch.rows, words, result, actor=one.actor)
        _keep(session, one, batch.problems)
        one.imported += result.imported
        one.already += result.already
        one.skipped = result.skipped
        one.invalid += len(batch.problems)
        one.position = batch.through
        one.attempts = 0
        one.beat_at = clock.now()
        session.commit()
    return True


def _keep(session: Session, one: SubscriberImport, problems: list[RowProblem]) -> None:
    room = max(0, MOST_PROBLEMS - one.invalid)
    rows = [
        # Rows may hold characters that no database takes.
        {"import_id": one.id, "line": problem.line, "problem": clean_comment(problem.problem)}
        for problem in problems[:room]
    ]
    if rows:
        session.execute(insert(ImportProblem), rows)


def _end(
    sessions: sessionmaker[Session], import_id: int, position: int, state: ImportState, failure: str = ""
) -> None:
    with sessions() as session:
        one = _lock(session, import_id)
        if one is None or one.state is not ImportState.RUNNING or one.position != position:
            return
        _move(one, state)
        one.failure = failure
        one.beat_at = clock.now()
        if one.over:
            audit.record(
                session,
                "subscribers.imported",
                "publication",
                one.publication_id,
                actor=one.actor,
                import_id=one.id,
                imported=one.imported,
                already=one.already,
                skipped=one.skipped,
                errors=one.invalid,
            )
        session.commit()


def _move(one: SubscriberImport, state: ImportState) -> None:
    assert state in TRANSITIONS[one.state], (one.state, state)  # noqa: S101 - a mistake in this module
    one.state = state
    one.finished_at = clock.now() if one.over else None


def _forget_file(sessions: sessionmaker[Session], import_id: int, files: ImportFiles) -> None:
    """Other people's addresses are not kept for longer than they are needed."""
    open_states = [state for state, ways in TRANSITIONS.items() if ways]
    with sessions() as session:
        one = session.get_one(SubscriberImport, import_id)
        needed = set(
            session.scalars(select(SubscriberImport.file).where(SubscriberImport.state.in_(open_states)))
        )
    if one.over:
        files.discard(one.file)
    if lost := files.discard_lost(needed):
        log.info("files without an import deleted", files=lost)


def _lock(session: Session, import_id: int) -> SubscriberImport | None:
    return session.get(SubscriberImport, import_id, with_for_update=True, populate_existing=True)
