"""The tables of cadences: the rule of a publication, dates that are left out, and what was done for one."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.core import clock
from newsletter.core.db import Base
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication

RULE_LENGTH = 120


class Cadence(Base):
    """How often a publication appears; one that has no row appears whenever somebody sends an issue."""

    __tablename__ = "cadence"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(RULE_LENGTH))  # as `cadence.rule` writes it
    days_ahead: Mapped[int]  # that a draft is made before its date; 0: none is made
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)

    publication: Mapped[Publication] = relationship()


class SkippedDate(Base):
    """A date on which no issue appears although the rule says so."""

    __tablename__ = "skipped_date"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class PlannedIssue(Base):
    """What was done for a date: its draft was made, somebody was reminded. One row, so each happens once."""

    __tablename__ = "planned_issue"

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    # None when none was needed, or when it was deleted.
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="SET NULL"), index=True)
    reminded_at: Mapped[datetime | None]

    issue: Mapped[Issue | None] = relationship()
