"""Undo an import: everybody is as before it, but for what they, or others, changed since.

It goes in batches, each of which is undone and forgotten in one transaction, so it can be repeated.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.subscribers.imports.listing import find_import
from newsletter.subscribers.imports.models import (
    TIME_TO_UNDO,
    ImportChange,
    ImportState,
    SubscriberImport,
    transition,
)
from newsletter.subscribers.imports.undo_people import undo_people
from newsletter.subscribers.models import Suppression, SuppressionReason
from newsletter.subscribers.tags.models import SubscriberTag, Tag

BATCH = 500  # people; one transaction
KEPT = "kept"  # people who changed something since, which stays

Sessions = Callable[[], AbstractContextManager[Session]]


def begin_undo(session: Session, publication_id: int, import_id: int, *, actor: str) -> SubscriberImport:
    """Mark the import as being undone, and let a worker do it once the caller has committed.

    Raises `Missing` for none, `Conflict` when it is too late, or the import is not over.
    """
    row = find_import(session, publication_id, import_id)
    session.refresh(row, with_for_update=True)
    if row.state in {ImportState.UNDOING, ImportState.UNDONE}:
        return row
    if not row.over:
        raise Conflict("import_running", "This import is not over. Cancel it first.")
    if not row.undoable:
        raise Conflict("too_late", f"An import can be undone for {TIME_TO_UNDO.days} days.")
    transition(row, ImportState.UNDOING)
    row.beat_at = clock.now()
    audit.record(
        session, "subscribers.import_undone", "publication", publication_id, actor=actor, import_id=row.id
    )
    jobs.undo_import.enqueue(session, import_id=row.id)
    return row


def run_undo(
    sessions: Sessions,
    import_id: int,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] = lambda _people: None,
) -> None:
    """Undo what is left of the import, until `stopping()`. Safe to repeat; `progress` is told how many."""
    while True:
        with sessions() as session:
            row = session.get(SubscriberImport, import_id, with_for_update=True, populate_existing=True)
            if row is None or row.state is not ImportState.UNDOING:
                session.rollback()
                return
            changes = _next(session, import_id)
            if not changes:
                _finish(session, row)
                session.commit()
                return
            counts = Counter(row.undone)
            counts.update(undo_people(session, row.publication_id, import_id, changes))
            row.undone = dict(counts)
            row.beat_at = clock.now()
            session.commit()
        progress(len(changes))
        if stopping():
            return


def any_to_forget(session: Session) -> bool:
    """Whether `forget_changes` has something to delete."""
    return session.scalar(select(ImportChange.import_id).where(_too_old()).limit(1)) is not None


def forget_changes(session: Session) -> None:
    """Delete what was kept to undo imports that cannot be undone any more."""
    session.execute(delete(ImportChange).where(_too_old()))


def _too_old() -> ColumnElement[bool]:
    old = select(SubscriberImport.id).where(SubscriberImport.created_at < clock.now() - TIME_TO_UNDO)
    return ImportChange.import_id.in_(old)


def _next(session: Session, import_id: int) -> Sequence[ImportChange]:
    query = (
        select(ImportChange)
        .where(ImportChange.import_id == import_id)
        .order_by(ImportChange.subscriber_id)
        .limit(BATCH)
    )
    return session.scalars(query).all()


def _finish(session: Session, row: SubscriberImport) -> None:
    """Lift what only the import suppressed, and remove tags that it made and nobody has."""
    by_file = (Suppression.import_id == row.id) & (Suppression.reason != SuppressionReason.ERASED)
    lifted = session.scalars(delete(Suppression).where(by_file).returning(Suppression.id)).all()
    if lifted:
        row.undone = row.undone | {"lifted": len(lifted)}
    made = [int(tag_id) for tag_id in row.options.get("made_tags", [])]
    used = select(SubscriberTag.tag_id).where(SubscriberTag.tag_id.in_(made))
    session.execute(delete(Tag).where(Tag.id.in_(made), Tag.id.not_in(used)))
    transition(row, ImportState.UNDONE)
