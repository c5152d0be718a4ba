"""What came back of mailings, the octets it was judged by, and what was refused on arrival."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base
from newsletter.feedback.events import EventKind, EventReason

DIAGNOSTIC_LENGTH = 500  # characters


class Consequence(StrEnum):
    """What followed from an event."""

    NONE = "none"
    COUNTED = "counted"  # several such suppress the address
    SUPPRESSED = "suppressed"
    FORWARDED = "forwarded"  # to the publication's reply address
    LIFTED = "lifted"  # it suppressed the address, and that was lifted: it does so no more
    IGNORED = "ignored"  # most of the mailing was refused alike, so it says nothing about the address


class FeedbackEvidence(Base):
    """The message or post that events were read from, compressed; deleted after some months."""

    __tablename__ = "feedback_evidence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    compressed: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class FeedbackRecord(Base):
    """One event (`events.FeedbackEvent`), whose it is, and what followed.

    Without a subscriber nothing genuine said whose it is. `sent_at` is when the delivery was sent or refused;
    without a delivery, when the event happened.
    """

    __tablename__ = "feedback_event"
    __table_args__ = (
        Index("ix_feedback_event_publication_id_id", "publication_id", "id"),
        Index("ix_feedback_event_mailing_id_seq", "mailing_id", "seq"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_key: Mapped[str] = mapped_column(String(64), unique=True)  # the same for copies of one event
    source: Mapped[str] = mapped_column(String(32))  # smtp, mail, or the key of a provider
    parser: Mapped[str] = mapped_column(String(32))
    kind: Mapped[EventKind] = mapped_column(Word(EventKind))
    reason: Mapped[EventReason | None] = mapped_column(Word(EventReason))
    code: Mapped[str] = mapped_column(String(12), default="")
    smtp_code: Mapped[int | None]
    diagnostic: Mapped[str] = mapped_column(Text, default="")
    subscriber_id: Mapped[int | None] = mapped_column(ForeignKey("subscriber.id"), index=True)
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"))
    seq: Mapped[int | None]  # of the delivery in the mailing
    address_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    consequence: Mapped[Consequence] = mapped_column(Word(Consequence), default=Consequence.NONE)
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("feedback_evidence.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)  # of the event among those of its evidence

    evidence: Mapped[FeedbackEvidence | None] = relationship()


class RefusedFeedback(Base):
    """How often something forged, unsigned or unreadable was refused in a day, by where and why."""

    __tablename__ = "refused_feedback"

    day: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    why: Mapped[str] = mapped_column(String(32), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)
