"""Share link and comment: the tables."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base
from newsletter.issues.models import AUTHOR_LENGTH


class ShareLink(Base):
    """A link that shows an issue to whoever has it, without an account, until it expires or is revoked."""

    __tablename__ = "share_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Comment(Base):
    """A remark about an issue, or a reply to one (`parent_id`; replies have none of their own).

    What it is about is found anew in each state of the text (`comments.anchor`): the section by its id, the
    item by its address, else its headline, else its position, the phrase by its words. All are empty for a
    comment on the whole issue.
    """

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_issue_id_id", "issue_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"), index=True)
    # Set when it was written by whoever had this link; `author` is then the name that they gave.
    share_link_id: Mapped[int | None] = mapped_column(ForeignKey("share_link.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    section_id: Mapped[str] = mapped_column(String(40), default="")
    item_index: Mapped[int | None]
    item_url: Mapped[str] = mapped_column(String(2000), default="")
    item_headline: Mapped[str] = mapped_column(String(300), default="")
    quote: Mapped[str] = mapped_column(Text, default="")
    # The state of the text that it was written about: a revision's number, and how often it was amended.
    revision: Mapped[int]
    edits: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str] = mapped_column(String(AUTHOR_LENGTH), default="")
