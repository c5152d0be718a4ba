"""Which messages were taken, so that one that is delivered twice is taken once."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base

RECIPIENT_LENGTH = 80


class TakenMessage(Base):
    """A message that a taker has taken. It holds nothing of it but a hash."""

    __tablename__ = "taken_message"
    __table_args__ = (
        UniqueConstraint("taker", "recipient", "message_hash"),
        Index("ix_taken_message_taker_recipient_taken_at", "taker", "recipient", "taken_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    taker: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str] = mapped_column(String(RECIPIENT_LENGTH))  # in the taker's words, no address
    message_hash: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
