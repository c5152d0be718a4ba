"""The tables of imports: the upload, how far it was processed, counts of its rows, and problems."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base
from newsletter.subscribers.imports.result import row_counts


class ImportState(StrEnum):
    """The state of an import."""

    PREVIEW = "preview"  # an editor sees what would happen; nothing is imported before they confirm it
    QUEUED = "queued"  # nobody reads it at the moment
    RUNNING = "running"
    CANCELLED = "cancelled"  # somebody stopped it; its file stays for a day, and it can go on
    DONE = "done"
    FAILED = "failed"  # its file is gone, or nobody gets past a row of it
    UNDOING = "undoing"
    UNDONE = "undone"


TRANSITIONS: dict[ImportState, frozenset[ImportState]] = {
    ImportState.PREVIEW: frozenset({ImportState.QUEUED}),
    ImportState.QUEUED: frozenset({ImportState.RUNNING, ImportState.CANCELLED, ImportState.FAILED}),
    # A worker that is asked to end puts it back; one that is killed leaves it, for the next to take over.
    ImportState.RUNNING: frozenset(
        {ImportState.QUEUED, ImportState.CANCELLED, ImportState.DONE, ImportState.FAILED}
    ),
    ImportState.CANCELLED: frozenset({ImportState.QUEUED, ImportState.UNDOING}),
    ImportState.DONE: frozenset({ImportState.UNDOING}),
    ImportState.FAILED: frozenset({ImportState.UNDOING}),
    ImportState.UNDOING: frozenset({ImportState.UNDONE}),
    ImportState.UNDONE: frozenset(),
}
# Those in which somebody works on it, or will, and its file is needed.
UNFINISHED = (ImportState.PREVIEW, ImportState.QUEUED, ImportState.RUNNING)
TIME_TO_UNDO = timedelta(days=30)


class SubscriberImport(Base):
    """One uploaded file or pasted text. Every row through line `position` is in exactly one of its counts."""

    __tablename__ = "subscriber_import"
    __table_args__ = (
        Index("ix_subscriber_import_publication_id_id", "publication_id", "id"),
        Index("ix_subscriber_import_state", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    state: Mapped[ImportState] = mapped_column(Word(ImportState), default=ImportState.PREVIEW)
    actor: Mapped[str] = mapped_column(String(254))
    filename: Mapped[str] = mapped_column(String(255), default="")  # as its owner calls it; empty when pasted
    file: Mapped[str] = mapped_column(String(64))  # as we call it; nothing lies there once the import is over
    statement: Mapped[str] = mapped_column(Text)  # what these people agreed to
    lines: Mapped[int] = mapped_column(default=0)  # of the whole file
    position: Mapped[int] = mapped_column(default=0)  # the line through which every row is settled
    imported: Mapped[int] = mapped_column(default=0)
    already: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # by reason: suppressed, …
    invalid: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)  # of `already`: whose data was filled in or replaced
    ended: Mapped[int] = mapped_column(default=0)  # subscriptions here that ended because of the file
    suppressed: Mapped[int] = mapped_column(default=0)  # addresses suppressed because of the file
    refused: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # `invalid` by reason
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # how the file is read: see `Plan`
    undone: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # people removed, restored, kept
    attempts: Mapped[int] = mapped_column(default=0)  # since the last row that was settled
    failure: Mapped[str] = mapped_column(Text, default="")  # why it failed, for people
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    beat_at: Mapped[datetime] = mapped_column(default=clock.now)  # when somebody last did something about it
    finished_at: Mapped[datetime | None]

    @property
    def over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state not in {*UNFINISHED, ImportState.UNDOING}

    @property
    def undoable(self) -> bool:
        """Whether `undo_import` takes it."""
        known = ImportState.UNDOING in TRANSITIONS[self.state]
        return known and clock.now() - self.created_at < TIME_TO_UNDO

    def counts(self) -> dict[str, Any]:
        """Every row that was read, in exactly one of these counts (`refused` by reason)."""
        refused = {**self.skipped}
        for reason, number in self.refused.items():
            refused[reason] = refused.get(reason, 0) + number
        return row_counts(self.imported, self.already, self.updated, refused)


def transition(row: SubscriberImport, state: ImportState) -> None:
    """Bring an import into another state."""
    assert state in TRANSITIONS[row.state], (row.state, state)  # noqa: S101 - a mistake of the caller
    row.state = state
    row.finished_at = clock.now() if row.over else None


class ImportProblem(Base):
    """A row that was left out of an import, and why. Only the first ones of each import are kept."""

    __tablename__ = "import_problem"

    import_id: Mapped[int] = mapped_column(ForeignKey("subscriber_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    problem: Mapped[str] = mapped_column(Text)


class ImportChange(Base):
    """What an import changed of one person, kept for 30 days, so that it can be undone.

    Without foreign keys, of which each costs a million rows three seconds of PostgreSQL.
    """

    __tablename__ = "import_change"

    import_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    subscriber_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, index=True)
    subscription_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime]
    added_subscriber: Mapped[bool] = mapped_column(default=False)
    added_subscription: Mapped[bool] = mapped_column(default=False)
    # Of somebody known before, by column; attributes by `attribute:KEY`. Moments are in ISO 8601.
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ImportMapping(Base):
    """The fields that somebody chose for the columns of a header, for the next file with the same one."""

    __tablename__ = "import_mapping"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    header_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)  # by the compact title of a column
    at: Mapped[datetime] = mapped_column(default=clock.now)
