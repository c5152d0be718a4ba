"""Message text: the table."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base

SUBJECT_LENGTH = 200
LANGUAGE_LENGTH = 35  # BCP 47
EDITOR_LENGTH = 254


class MessageKind(StrEnum):
    """The kinds of system message that a publication may say in its own words: keys of `outbox.kinds`."""

    CONFIRMATION = "confirmation"
    ALREADY_SUBSCRIBED = "already_subscribed"
    WELCOME = "welcome"  # sent only where there is a text


class MessageText(Base):
    """A publication's own words for one kind of message in one language; `edits` counts saves."""

    __tablename__ = "message_text"
    __table_args__ = (UniqueConstraint("publication_id", "kind", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    kind: Mapped[MessageKind] = mapped_column(Word(MessageKind))
    language: Mapped[str] = mapped_column(String(LANGUAGE_LENGTH))  # as `core.language_tag` spells it
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    text: Mapped[str] = mapped_column(Text)  # Markdown, without merge fields
    edits: Mapped[int] = mapped_column(default=1)
    edited_by: Mapped[str] = mapped_column(String(EDITOR_LENGTH), default="")
    edited_at: Mapped[datetime] = mapped_column(default=clock.now)
