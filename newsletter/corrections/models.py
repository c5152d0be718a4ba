"""The corrections of sent issues: the table."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base
from newsletter.issues.models import AUTHOR_LENGTH


class Correction(Base):
    """A change of a sent issue's web page, from one revision to another, with a note that readers see."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("issue_id", "revision"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    before_revision: Mapped[int]  # the number of the one that the page showed until then
    revision: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    # What became of the erratum that is offered to the next issue: who did not want it, or where it stands.
    dismissed_by: Mapped[str] = mapped_column(String(AUTHOR_LENGTH), default="")
    erratum_issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id"))
