"""Review request and approval: the tables."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base
from newsletter.issues.models import AUTHOR_LENGTH


class ReviewRequest(Base):
    """Somebody asked the team to read one state of an issue's text; they were written to once."""

    __tablename__ = "review_request"
    __table_args__ = (UniqueConstraint("revision_id", "edits", "requested_by"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id", ondelete="CASCADE"))
    edits: Mapped[int]
    requested_by: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    at: Mapped[datetime] = mapped_column(default=clock.now)


class Approval(Base):
    """Somebody approved one state of an issue's text: a revision, and how often it had been amended.

    An edit makes another state, which this approval is not about; the row stays as a record.
    """

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("revision_id", "edits", "approved_by"),
        Index("ix_approval_issue_id_id", "issue_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id", ondelete="CASCADE"))
    edits: Mapped[int]
    approved_by: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
