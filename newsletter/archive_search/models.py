"""The table of searchable texts.

Migration 0019 adds what the two databases search in: on SQLite the FTS5 table `archive_text_index`, which
triggers keep equal to `words`, on PostgreSQL the generated column `word_set` with its GIN index.
"""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core.columns import BigId
from newsletter.core.db import Base


class ArchiveText(Base):
    """What the archive shows of a published issue, as text. There is no row for what is not published."""

    __tablename__ = "archive_text"

    issue_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    revision: Mapped[int]  # the number of the revision that this is the text of
    language: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)  # a line for each text, in reading order, without the title
    words: Mapped[str] = mapped_column(Text)  # see `words.searchable`
