"""What becomes of an upload that somebody has looked at: it is imported, taken back, or forgotten."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import Conflict, Missing
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import UNFINISHED, ImportState, SubscriberImport, transition

# After that an upload that nobody confirmed is removed, with its file.
FORGOTTEN_AFTER = timedelta(days=1)


def confirm_import(
    session: Session, publication_id: int, import_id: int, *, actor: str
) -> tuple[SubscriberImport, bool]:
    """Let a worker import an upload once the caller has committed; the import, and whether this confirmed it.

    Confirmed twice, it is imported once. Raises `Missing` when it was taken back or forgotten.
    """
    row = lock_import(session, publication_id, import_id)
    if row.state is not ImportState.PREVIEW:
        return row, False
    transition(row, ImportState.QUEUED)
    row.beat_at = clock.now()
    audit.record(
        session,
        "subscribers.import_begun",
        "publication",
        publication_id,
        actor=actor,
        import_id=row.id,  # whose row has the file's name and the statement: people can be erased there
    )
    jobs.import_subscribers.enqueue(session, import_id=row.id)
    return row, True


def cancel_import(session: Session, publication_id: int, import_id: int, *, actor: str) -> bool:
    """Stop an import that waits or runs, after the batch in hand; whether it could be stopped.

    What was imported stays, and it can go on (`resume_import`) for a day.
    """
    row = lock_import(session, publication_id, import_id)
    if row.state not in {ImportState.QUEUED, ImportState.RUNNING}:
        return False
    transition(row, ImportState.CANCELLED)
    row.beat_at = clock.now()
    audit.record(
        session,
        "subscribers.import_cancelled",
        "publication",
        publication_id,
        actor=actor,
        import_id=row.id,
    )
    return True


def resume_import(session: Session, publication_id: int, import_id: int, *, actor: str) -> bool:
    """Let a cancelled import go on where it was; False for any other. Raises `Conflict` after a day."""
    row = lock_import(session, publication_id, import_id)
    if row.state is not ImportState.CANCELLED:
        return False
    if not row.file or row.beat_at < clock.now() - FORGOTTEN_AFTER:
        raise Conflict("import_forgotten", "Its file is no longer here. Upload it again.")
    transition(row, ImportState.QUEUED)
    row.beat_at = clock.now()
    audit.record(
        session, "subscribers.import_resumed", "publication", publication_id, actor=actor, import_id=row.id
    )
    jobs.import_subscribers.enqueue(session, import_id=row.id)
    return True


def take_back_upload(session: Session, publication_id: int, import_id: int) -> str:
    """Remove an upload that was not confirmed; the name of its file, for the caller to discard afterwards.

    Raises `Missing` when it is gone, `Conflict` when somebody has confirmed it.
    """
    row = lock_import(session, publication_id, import_id)
    if row.state is not ImportState.PREVIEW:
        raise Conflict("import_confirmed", "Someone has confirmed this import in the meantime.")
    session.delete(row)
    session.flush()
    return row.file


def remove_forgotten_uploads(sessions: sessionmaker[Session], files: ImportFiles) -> None:
    """Remove the uploads that nobody confirmed in a day, and files that no import needs any more."""
    forgotten = (
        (SubscriberImport.state == ImportState.PREVIEW)
        & (SubscriberImport.created_at < clock.now() - FORGOTTEN_AFTER)
    )  # fmt: skip
    with reading(), sessions() as session:
        some = session.scalar(select(SubscriberImport.id).where(forgotten).limit(1)) is not None
    if some:
        with sessions.begin() as session:
            session.execute(delete(SubscriberImport).where(forgotten))
    if some or files.any_lost():
        with reading(), sessions() as session:
            needed = needed_files(session)
        files.discard_lost(needed)


def needed_files(session: Session) -> set[str]:
    """The names of the files of all imports that are not over, or can go on."""
    lately = SubscriberImport.beat_at > clock.now() - FORGOTTEN_AFTER
    cancelled = (SubscriberImport.state == ImportState.CANCELLED) & lately
    needed = SubscriberImport.state.in_(UNFINISHED) | cancelled
    return set(session.scalars(select(SubscriberImport.file).where(needed)))


def lock_import(session: Session, publication_id: int, import_id: int) -> SubscriberImport:
    """The import of this publication, as it is now and until this transaction ends; `Missing` if none."""
    row = session.get(SubscriberImport, import_id, with_for_update=True, populate_existing=True)
    if row is None or row.publication_id != publication_id:
        raise Missing("unknown_import", "This upload no longer exists. Upload the file again.")
    return row
