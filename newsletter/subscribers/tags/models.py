"""Tags of publications, and who has which."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base


class Tag(Base):
    """A label. With `by_readers`, readers see it on their pages and put it on, or take it off, themselves."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("publication_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    key: Mapped[str] = mapped_column(String(63))  # stays, whatever the name becomes
    name: Mapped[str] = mapped_column(String(120))
    by_readers: Mapped[bool] = mapped_column(default=False)
    # Whether the sign-up form asks for it, too.
    at_sign_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class SubscriberTag(Base):
    """A subscriber has a tag."""

    __tablename__ = "subscriber_tag"

    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
