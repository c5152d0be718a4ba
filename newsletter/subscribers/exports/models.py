"""The table of exports that a worker makes: what is wanted, how far it is, how long its file is kept."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base

KEPT_FOR = timedelta(days=1)


class FileFormat(StrEnum):
    """How the file is written; each is the ending of its name, too."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


class ExportState(StrEnum):
    """The state of an export."""

    QUEUED = "queued"  # nobody writes it at the moment
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class SubscriberExport(Base):
    """One file of people. It is deleted with its file after a day, and when anybody is erased."""

    __tablename__ = "subscriber_export"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    state: Mapped[ExportState] = mapped_column(Word(ExportState), default=ExportState.QUEUED)
    actor: Mapped[str] = mapped_column(String(254))
    format: Mapped[FileFormat] = mapped_column(Word(FileFormat))
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)  # state, words, the slug of a segment, and rules
    people: Mapped[int] = mapped_column(default=0)  # when it was asked for
    written: Mapped[int] = mapped_column(default=0)
    file: Mapped[str] = mapped_column(String(64), default="")  # as we call it
    failure: Mapped[str] = mapped_column(Text, default="")  # why it failed, for people
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    beat_at: Mapped[datetime] = mapped_column(default=clock.now)  # when a worker last did something
    finished_at: Mapped[datetime | None]

    @property
    def over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state in {ExportState.DONE, ExportState.FAILED}

    @property
    def kept_until(self) -> datetime | None:
        """When its file is deleted; None before it is there."""
        return None if self.finished_at is None else self.finished_at + KEPT_FOR
