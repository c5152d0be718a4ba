"""What was clicked and opened: single events for 90 days, and counts by the hour for good: the tables."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base

AGENT_LENGTH = 200  # characters of a User-Agent that are kept


class EventKind(StrEnum):
    """What a mail program or a browser asked for."""

    CLICK = "click"
    OPEN = "open"  # the pixel was loaded
    CANARY = "canary"  # the link that no person sees was followed


class Label(StrEnum):
    """Who is believed to be behind an event."""

    PERSON = "person"
    PROXY = "proxy"  # a mail provider that loads pictures for its users, whether they look or not
    SCANNER = "scanner"  # a program that looks for dangerous links


class TrackingEvent(Base):
    """A click, an open, or a hit on the canary link.

    `subscriber_id` is there only where publication and reader agreed to it. Nothing else says who it was:
    addresses of the network are not kept.
    """

    __tablename__ = "tracking_event"
    __table_args__ = (
        Index("ix_tracking_event_mailing_id_subscriber_id", "mailing_id", "subscriber_id"),
        Index("ix_tracking_event_subscriber_id", "subscriber_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)  # made where it was seen: counted once
    mailing_id: Mapped[int] = mapped_column(BigId)
    link_id: Mapped[int] = mapped_column(BigId)  # 0 for the pixel and the canary link
    subscriber_id: Mapped[int | None] = mapped_column(ForeignKey("subscriber.id"))
    kind: Mapped[EventKind] = mapped_column(Word(EventKind))
    at: Mapped[datetime] = mapped_column(index=True)
    seconds: Mapped[int | None]  # since the Date of the copy, where that is known
    is_head: Mapped[bool] = mapped_column(default=False, server_default=false())
    agent: Mapped[str] = mapped_column(String(AGENT_LENGTH), default="")
    label: Mapped[Label] = mapped_column(Word(Label))
    rule: Mapped[str] = mapped_column(String(32), default="")  # empty: no rule says that it was a program


class TrackingCount(Base):
    """Events of an hour, changed with the events themselves; kept when those are deleted.

    `link_id` 0 is the mailing as a whole, whichever link it was. `people`: those of whom this hour had the
    first event with this label, so that hours add up; only people whose events may be told apart.
    """

    __tablename__ = "tracking_count"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    kind: Mapped[EventKind] = mapped_column(Word(EventKind), primary_key=True)
    link_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    label: Mapped[Label] = mapped_column(Word(Label), primary_key=True)
    events: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)


class TrackingRelabel(Base):
    """How far the stored events were judged by the rules whose digest this is; there is one row."""

    __tablename__ = "tracking_relabel"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    through_mailing_id: Mapped[int] = mapped_column(BigId, default=0)
