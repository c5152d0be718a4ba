"""The links of mailings that go through our redirect, and how they were mended: the tables."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base


class MailingLink(Base):
    """A link of a mailing's message; its id is what the signed address in the message names."""

    __tablename__ = "mailing_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), index=True)
    url: Mapped[str] = mapped_column(Text)  # as the document had it, percent-encoded
    target: Mapped[str] = mapped_column(Text)  # where it leads now; `url` until it is mended


class LinkMend(Base):
    """A change of where a link leads."""

    __tablename__ = "link_mend"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("mailing_link.id"), index=True)
    old_target: Mapped[str] = mapped_column(Text)
    new_target: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(default=clock.now)
