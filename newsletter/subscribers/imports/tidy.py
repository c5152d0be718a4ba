"""What the sweep puts away of imports: uploads that nobody confirmed, what undoing needed, dead commands."""

from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.subscribers.imports.confirm import remove_forgotten_uploads
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.models import ImportState, SubscriberImport, transition
from newsletter.subscribers.imports.undo import any_to_forget, forget_changes

# A command notes each batch, which takes seconds; after so long without one it was killed.
COMMAND_GONE = timedelta(minutes=15)
_UNDER_WAY = (ImportState.QUEUED, ImportState.RUNNING)


def tidy_imports(sessions: sessionmaker[Session], files: ImportFiles) -> None:
    """Put away what nobody needs any more."""
    remove_forgotten_uploads(sessions, files)
    with reading(), sessions() as session:
        old = any_to_forget(session)
        gone = list(session.scalars(select(SubscriberImport.id).where(*_command_gone())))
    if old:
        with sessions.begin() as session:
            forget_changes(session)
    for import_id in gone:
        with sessions.begin() as session:
            _end_command(session, import_id)


def _end_command(session: Session, import_id: int) -> None:
    """An import of a command that was killed is over: what it imported stays, and can be undone."""
    query = select(SubscriberImport).where(SubscriberImport.id == import_id, *_command_gone())
    row = session.scalars(query.with_for_update()).first()
    if row is not None:
        row.failure = (
            f"The command that read this file ended at line {row.position}. What it imported stays. Run it"
            " again, which changes nothing of that, or undo it."
        )
        transition(row, ImportState.FAILED)


def _command_gone() -> tuple[ColumnElement[bool], ...]:
    # Files of uploads are kept under a name; those of commands lie where the command found them.
    of_command = SubscriberImport.file == ""
    silent = SubscriberImport.beat_at < clock.now() - COMMAND_GONE
    return (of_command, SubscriberImport.state.in_(_UNDER_WAY), silent)
