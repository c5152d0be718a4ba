"""What reports keep: deliveries counted by mailbox provider, and which reports were mailed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.db import Base


class ProviderCount(Base):
    """What became of a mailing's deliveries to one receiver.

    `receiver` is a key of `transports.providers`, or a domain that many of its readers have in common, or
    empty for all others: a domain of few people would say who they are.
    """

    __tablename__ = "provider_count"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    receiver: Mapped[str] = mapped_column(String(254), primary_key=True)
    recipients: Mapped[int] = mapped_column(default=0)
    sent: Mapped[int] = mapped_column(default=0)
    deferred: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    bounced: Mapped[int] = mapped_column(default=0)
    complaints: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)


class ProviderCounting(Base):
    """When the deliveries of a mailing were last counted by provider."""

    __tablename__ = "provider_counting"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    counted_at: Mapped[datetime]


class ReportMail(Base):
    """The report of this mailing was mailed to the team, or there was nobody who wants it."""

    __tablename__ = "report_mail"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    posted_at: Mapped[datetime] = mapped_column(default=clock.now)
