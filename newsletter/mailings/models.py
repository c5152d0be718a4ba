"""Mailing and its ledger: the tables. The words of the outcomes are the same in code, pages and JSON."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base


class MailingState(StrEnum):
    """Where a mailing is in its life."""

    SCHEDULED = "scheduled"  # its revision is locked; the audience is frozen when it is due
    FREEZING = "freezing"
    SENDING = "sending"
    FINISHED = "finished"  # nobody is pending, in flight or waiting for a retry
    CANCELLED = "cancelled"


TRANSITIONS: dict[MailingState, frozenset[MailingState]] = {
    MailingState.SCHEDULED: frozenset({MailingState.FREEZING, MailingState.CANCELLED}),
    MailingState.FREEZING: frozenset({MailingState.SENDING, MailingState.CANCELLED}),
    MailingState.SENDING: frozenset({MailingState.FINISHED, MailingState.CANCELLED}),
    MailingState.FINISHED: frozenset({MailingState.SENDING}),  # resend unanswered, retry rejected
    MailingState.CANCELLED: frozenset(),
}


class Control(StrEnum):
    """What somebody (or the mailing itself) wants to happen; drains obey it within a second."""

    GO = "go"
    PAUSE = "pause"
    CANCEL = "cancel"


class Outcome(StrEnum):
    """What became of a delivery. In flight is not stored here: it is what an open window holds."""

    PENDING = "pending"
    SENT = "sent"
    REJECTED = "rejected"
    RETRY = "retry"
    UNANSWERED = "unanswered"
    EXCLUDED = "excluded"


class Exclusion(StrEnum):
    """Why a candidate gets no copy."""

    UNCONFIRMED = "unconfirmed"
    PAUSED = "paused"
    UNSUBSCRIBED = "unsubscribed"
    ENDED = "ended"  # ended for another reason than the person's own wish
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    ALREADY_RECEIVED = "already_received"  # by another mailing of the same issue
    NOTHING_TO_READ = "nothing_to_read"  # each of its sections is for other readers
    NOT_RECEIVED = "not_received"  # of a correction mail: never got the issue that it corrects
    NOT_IN_SEGMENT = "not_in_segment"  # of a mailing to a segment: not met by its rules at the freeze
    MONTHLY = "monthly"  # they get the monthly summary instead
    EACH_ISSUE = "each_issue"  # of a monthly summary: they have got each issue
    CANCELLED = "cancelled"


class Mailing(Base):
    """One act of sending: a locked revision, an audience and a time."""

    __tablename__ = "mailing"
    __table_args__ = (
        # Pressing Send again meets this row; only a cancelled mailing makes room for another.
        Index(
            "uq_mailing_issue_id",
            "issue_id",
            unique=True,
            sqlite_where=text("state <> 'cancelled'"),
            postgresql_where=text("state <> 'cancelled'"),
        ),
        Index("ix_mailing_state_scheduled_at", "state", "scheduled_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    state: Mapped[MailingState] = mapped_column(Word(MailingState), default=MailingState.SCHEDULED)
    control: Mapped[Control] = mapped_column(Word(Control), default=Control.GO)
    # Why it is paused, for people; empty while it is not.
    held_reason: Mapped[str] = mapped_column(Text, default="")
    scheduled_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64), default="UTC")  # the zone its time was given in
    # The segment it goes to, while there is one (None: everybody); and what that was at the freeze, which
    # stays: its slug and name, its rules, those of the segments that they name, and the moment.
    segment_id: Mapped[int | None] = mapped_column(BigId)
    frozen_segment: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # The freeze: the last subscriber it has reached, and how many candidates there were.
    frozen_through: Mapped[int] = mapped_column(BigId, default=0)
    candidates: Mapped[int] = mapped_column(default=0)
    members: Mapped[int] = mapped_column(default=0)  # candidates that were given a place (seq 1 …)
    # The reservation: the next place nobody has reserved; how often windows were reserved (a restored
    # database falls behind what its hosts remember of it); when a process reserved or settled last, or a
    # person said that it may go on.
    next_seq: Mapped[int] = mapped_column(default=1)
    reservations: Mapped[int] = mapped_column(BigId, default=0)
    last_turn_at: Mapped[datetime | None]
    # The throttle: messages a second (None: as fast as the transports go), and until when they are taken.
    per_second: Mapped[float | None] = mapped_column(Double)
    paced_until: Mapped[datetime | None]
    # While no transport takes anything, nobody asks before this moment; `waiting_for` tells people why.
    not_before: Mapped[datetime | None]
    waiting_for: Mapped[str] = mapped_column(Text, default="")
    # Whoever resumes a mailing that paused itself for too many refusals has seen them.
    refusals_seen: Mapped[bool] = mapped_column(default=False)


class StoredMessage(Base):
    """A compiled message as it was sent, one for each variant of a mailing.

    `variant` is the number of the variant; empty for that of a stranger, which the archive shows, and which
    everybody gets where no section is for some readers only.
    """

    __tablename__ = "stored_message"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    variant: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    compiled: Mapped[str] = mapped_column(Text)
    # What it was compiled from (`rendering.compile_input`); empty for those of earlier versions.
    made_of: Mapped[str] = mapped_column(Text, default="")


class MailingVariant(Base):
    """How many members of a mailing get a variant; no rows where everybody gets the same."""

    __tablename__ = "mailing_variant"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # see `rendering.variant`
    members: Mapped[int]


class MailingCount(Base):
    """How many deliveries of a mailing have an outcome, by reason; changed with the deliveries themselves."""

    __tablename__ = "mailing_count"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    n: Mapped[int] = mapped_column(default=0)


class Delivery(Base):
    """One mailing to one subscriber, and its outcome.

    `seq` is its place: 1 … members; who was excluded at the freeze has a negative one. There is no index on
    the outcome and room on each page (fillfactor), so that PostgreSQL updates rows in place. There are no
    foreign keys: rows are made from the very rows they name, which are never deleted, and asking again costs
    half of the freeze (ADR 13).
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("uq_delivery_mailing_id_subscriber_id", "mailing_id", "subscriber_id", unique=True),
        Index("ix_delivery_subscriber_id", "subscriber_id"),
        {"postgresql_with": {"fillfactor": 50}},
    )

    mailing_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subscriber_id: Mapped[int] = mapped_column(BigId)
    subscription_id: Mapped[int] = mapped_column(BigId)
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome), default=Outcome.PENDING)
    reason: Mapped[str] = mapped_column(String(32), default="")
    code: Mapped[int | None]
    enhanced: Mapped[str] = mapped_column(String(12), default="")
    at: Mapped[datetime | None]
    # The number of the variant that the person gets, chosen at the freeze.
    variant: Mapped[int] = mapped_column(default=0, server_default="0")
    # The moment in the Date header of its last copy, by which that can be made again.
    dated: Mapped[datetime | None]


class RefusedDelivery(Base):
    """A delivery that was refused for good, until it is decided what follows for its person."""

    __tablename__ = "refused_delivery"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailing_id: Mapped[int] = mapped_column(BigId)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class DeliveryRetry(Base):
    """A delivery that waits for its turn again, or is in the hands of `window_id`.

    With no attempts it was reserved and given back untouched: its outcome is still pending.
    """

    __tablename__ = "delivery_retry"
    __table_args__ = (Index("ix_delivery_retry_mailing_id_due", "mailing_id", "due"),)

    mailing_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    due: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime] = mapped_column(default=clock.now)
    window_id: Mapped[str | None] = mapped_column(String(32), index=True)


class DeferredDelivery(Base):
    """A delivery that was refused for the time being at least once, whatever became of it later."""

    __tablename__ = "deferred_delivery"

    mailing_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SendWindow(Base):
    """A reservation: these deliveries are in the hands of one process, which keeps a tally of them.

    With nobody in it (`size` 0) it was settled for a process that was out of sight and may come back.
    """

    __tablename__ = "send_window"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # made by the client
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), index=True)
    seqs: Mapped[list[int]] = mapped_column(JSON)
    size: Mapped[int]
    host: Mapped[str] = mapped_column(String(64))
    tally: Mapped[str] = mapped_column(Text)  # the tally's path on that host
    reserved_at: Mapped[datetime] = mapped_column(default=clock.now)


class SendingHost(Base):
    """A host that keeps tallies; its counter goes up while any of its processes lives."""

    __tablename__ = "sending_host"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    heartbeat: Mapped[int] = mapped_column(BigId, default=0)
