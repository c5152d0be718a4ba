"""The tables of the story ledger."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base

HEADLINE_LENGTH = 300
OUTLET_LENGTH = 120
URL_LENGTH = 2_000


class StoryMention(Base):
    """A place where a publication has a story: an entry of its inbox, or an issue."""

    __tablename__ = "story_mention"
    __table_args__ = (
        CheckConstraint("(entry_id IS NULL) <> (issue_id IS NULL)", name="one_place"),
        Index("ix_story_mention_publication_id_url_key", "publication_id", "url_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    url_key: Mapped[str] = mapped_column(String(64))  # a hash: the same for other spellings of the address
    headline: Mapped[str] = mapped_column(String(HEADLINE_LENGTH), default="")
    outlet: Mapped[str] = mapped_column(String(OUTLET_LENGTH), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class StoryTitleKey(Base):
    """What near titles have in common, see `title_keys`: an index that finds them among many."""

    __tablename__ = "story_title_key"

    publication_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    mention_id: Mapped[int] = mapped_column(
        ForeignKey("story_mention.id", ondelete="CASCADE"), primary_key=True, index=True
    )
