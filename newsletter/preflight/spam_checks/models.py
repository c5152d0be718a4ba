"""The table of spam checks."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core.db import Base


class SpamCheck(Base):
    """What SpamAssassin said of the message that a revision made, the last time that it was shown to it."""

    __tablename__ = "spam_check"

    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id", ondelete="CASCADE"), primary_key=True)
    edits: Mapped[int]  # the state of the text, as in `issues.models`
    digest: Mapped[str] = mapped_column(String(64), default="")  # of the message; empty until it answered
    due_at: Mapped[datetime]  # later while a worker has it
    score: Mapped[float] = mapped_column(default=0.0)
    tests: Mapped[str] = mapped_column(Text, default="")  # names with commas between them
