"""Snippet, and which issues use it: the tables."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base

KEY_LENGTH = 63
LINE_LENGTH = 300
URL_LENGTH = 2_000
EDITOR_LENGTH = 254


class Snippet(Base):
    """A text of a publication that its issues share. `edits` counts how often it was saved."""

    __tablename__ = "snippet"
    __table_args__ = (UniqueConstraint("publication_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))  # what documents name it by, for good
    title: Mapped[str] = mapped_column(String(LINE_LENGTH), default="")
    text: Mapped[str] = mapped_column(Text)  # Markdown
    url: Mapped[str] = mapped_column(String(URL_LENGTH), default="")
    link_label: Mapped[str] = mapped_column(String(LINE_LENGTH), default="")
    edits: Mapped[int] = mapped_column(default=1)
    edited_by: Mapped[str] = mapped_column(String(EDITOR_LENGTH), default="")
    edited_at: Mapped[datetime] = mapped_column(default=clock.now)


class IssueSnippet(Base):
    """An issue whose newest text uses a snippet; once it was sent, also what earlier texts used."""

    __tablename__ = "issue_snippet"

    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True, index=True)
