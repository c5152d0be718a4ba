"""The audit's table."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base


class AuditEntry(Base):
    """One thing that somebody did. Rows are added, never changed: triggers of migration 0010 refuse it.

    An erasure may blank `detail` and `ip` (`audit.redact`).
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject_kind_subject_id", "subject_kind", "subject_id"),
        Index("ix_audit_entry_action_at", "action", "at"),  # reports count unsubscribes by mailing
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor: Mapped[str] = mapped_column(String(254))  # "subscriber", "command line", a user's address
    action: Mapped[str] = mapped_column(String(64))  # "issue.sent", "subscriber.erased", …
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ip: Mapped[str] = mapped_column(String(45), default="")
