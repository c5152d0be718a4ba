"""The tables of bulk changes: what is done to whom, how far it is, and what each person was before."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base


class BulkAction(StrEnum):
    """What is done to each. Nothing here subscribes anybody: that is for people themselves."""

    TAG = "tag"
    UNTAG = "untag"
    PAUSE = "pause"
    RESUME = "resume"  # only pauses that editors made: readers end theirs
    END = "end"


OF_TAGS = (BulkAction.TAG, BulkAction.UNTAG)


class BulkState(StrEnum):
    """Where a bulk change is in its life."""

    CHOOSING = "choosing"  # the people whom the filter finds are written down
    RUNNING = "running"
    CANCELLED = "cancelled"
    DONE = "done"
    FAILED = "failed"  # its rules or its tag were removed before it began
    UNDOING = "undoing"
    UNDONE = "undone"


class Result(StrEnum):
    """What became of one person."""

    WAITING = "waiting"
    CHANGED = "changed"
    UNCHANGED = "unchanged"  # the action is not for them, or has nothing to change
    RESTORED = "restored"
    KEPT = "kept"  # changed again since, by whomever: stays


TRANSITIONS: dict[BulkState, frozenset[BulkState]] = {
    BulkState.CHOOSING: frozenset({BulkState.RUNNING, BulkState.CANCELLED, BulkState.FAILED}),
    BulkState.RUNNING: frozenset({BulkState.DONE, BulkState.CANCELLED, BulkState.FAILED}),
    BulkState.CANCELLED: frozenset({BulkState.UNDOING}),
    BulkState.DONE: frozenset({BulkState.UNDOING}),
    BulkState.FAILED: frozenset({BulkState.UNDOING}),
    BulkState.UNDOING: frozenset({BulkState.UNDONE}),
    BulkState.UNDONE: frozenset(),
}
AT_WORK = (BulkState.CHOOSING, BulkState.RUNNING, BulkState.UNDOING)
TIME_TO_UNDO = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)  # who was changed, for the timelines of people


class BulkChange(Base):
    """One action, and the filter that chose whom. Everybody chosen is in exactly one of its counts."""

    __tablename__ = "bulk_change"
    __table_args__ = (
        Index("ix_bulk_change_publication_id_id", "publication_id", "id"),
        Index("ix_bulk_change_state", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    action: Mapped[BulkAction] = mapped_column(Word(BulkAction))
    tag_key: Mapped[str] = mapped_column(String(63), default="")
    months: Mapped[int | None]  # for how long somebody is paused
    # `state`, `q`, `segment` and `rules` as JSON values, or `ids` of subscriptions.
    chosen_by: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[BulkState] = mapped_column(Word(BulkState), default=BulkState.CHOOSING)
    actor: Mapped[str] = mapped_column(String(254))
    # The subscription, then the subscriber, through which everybody was looked at.
    position: Mapped[int] = mapped_column(BigId, default=0)
    newest: Mapped[int] = mapped_column(BigId, default=0)  # the last subscription there was when it began
    people: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # people by `Result`
    failure: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    beat_at: Mapped[datetime] = mapped_column(default=clock.now)  # when a worker last did something about it
    finished_at: Mapped[datetime | None]

    @property
    def over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state not in AT_WORK

    @property
    def undoable(self) -> bool:
        """Whether there is something that `begin_undo` takes back."""
        known = BulkState.UNDOING in TRANSITIONS[self.state] and self.counts.get(Result.CHANGED, 0) > 0
        return known and clock.now() - self.created_at < TIME_TO_UNDO


def transition(row: BulkChange, state: BulkState) -> None:
    """Bring a bulk change into another state, in which it begins with the first person."""
    assert state in TRANSITIONS[row.state], (row.state, state)  # noqa: S101 - a mistake of the caller
    row.state, row.position = state, 0
    row.finished_at = clock.now() if row.over else None


class BulkPerson(Base):
    """A person whom a bulk change chose, what became of them, and what is needed to take it back."""

    __tablename__ = "bulk_person"

    bulk_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"), primary_key=True, index=True)
    subscription_id: Mapped[int] = mapped_column(BigId)
    result: Mapped[Result] = mapped_column(Word(Result), default=Result.WAITING)
    at: Mapped[datetime | None]
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # moments are in ISO 8601
