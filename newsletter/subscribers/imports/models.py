"""The tables of imports: the upload, how far it was processed, counts of its rows, and problems."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base


class ImportState(StrEnum):
    """The state of an import."""

    PREVIEW = "preview"  # an editor sees what would happen; nothing is imported before they confirm it
    QUEUED = "queued"  # nobody reads it at the moment
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # its file is gone, or nobody gets past a row of it


TRANSITIONS: dict[ImportState, frozenset[ImportState]] = {
    ImportState.PREVIEW: frozenset({ImportState.QUEUED}),
    ImportState.QUEUED: frozenset({ImportState.RUNNING, ImportState.FAILED}),
    # A worker that is asked to end puts it back; one that is killed leaves it, for the next to take over.
    ImportState.RUNNING: frozenset({ImportState.QUEUED, ImportState.DONE, ImportState.FAILED}),
    ImportState.DONE: frozenset(),
    ImportState.FAILED: frozenset(),
}


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
    attempts: Mapped[int] = mapped_column(default=0)  # since the last row that was settled
    failure: Mapped[str] = mapped_column(Text, default="")  # why it failed, for people
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    beat_at: Mapped[datetime] = mapped_column(default=clock.now)  # when somebody last did something about it
    finished_at: Mapped[datetime | None]

    @property
    def over(self) -> bool:
        return not TRANSITIONS[self.state]


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
