"""Topics of publications, and who has muted which."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base


class Topic(Base):
    """An interest within a publication. Readers get every topic that they have not muted."""

    __tablename__ = "topic"
    __table_args__ = (UniqueConstraint("publication_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    key: Mapped[str] = mapped_column(String(63))  # stays, whatever the name becomes
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")  # for readers, who choose by it
    # Whether the sign-up form asks for it.
    at_sign_up: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class MutedTopic(Base):
    """A reader of the publication does not want this topic."""

    __tablename__ = "muted_topic"

    topic_id: Mapped[int] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(default=clock.now)
