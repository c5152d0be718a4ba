"""The system message's table and lifecycle."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base


class MessageState(StrEnum):
    """Where a system message is on its way."""

    WAITING = "waiting"
    SENDING = "sending"  # a worker holds it; after a crash it is taken up again, with the same Message-ID
    SENT = "sent"
    FAILED = "failed"  # refused for good, or too old to be of use


TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.WAITING: frozenset({MessageState.SENDING, MessageState.FAILED}),
    MessageState.SENDING: frozenset({MessageState.SENT, MessageState.WAITING, MessageState.FAILED}),
    MessageState.SENT: frozenset(),
    MessageState.FAILED: frozenset(),
}


class SystemMessage(Base):
    """One message to one address, asked for by what that person did."""

    __tablename__ = "system_message"
    __table_args__ = (
        Index("ix_system_message_state_next_at", "state", "next_at"),
        Index("ix_system_message_address_hash_created_at", "address_hash", "created_at"),
        Index("ix_system_message_mailbox_hash_created_at", "mailbox_hash", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))  # a template folder: templates/email/system/<kind>.*
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    recipient: Mapped[str] = mapped_column(String(254))  # blanked with its person
    address_hash: Mapped[str] = mapped_column(String(64))
    # The same for `ana+one@` and `ana+two@`: how often somebody is written to is counted by it.
    mailbox_hash: Mapped[str] = mapped_column(String(64), default="", server_default="")
    locale: Mapped[str] = mapped_column(String(16), default="en")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # ids and words the template needs
    state: Mapped[MessageState] = mapped_column(Word(MessageState), default=MessageState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")
