"""The table of link checks."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core.columns import Word
from newsletter.core.db import Base
from newsletter.curation.models import HEADLINE_LENGTH, URL_LENGTH
from newsletter.pages.page import Trouble


class LinkCheck(Base):
    """What was found at an address the last time that a worker looked; the same for all publications."""

    __tablename__ = "link_check"

    url_key: Mapped[str] = mapped_column(String(64), primary_key=True)  # as in the story ledger
    url: Mapped[str] = mapped_column(String(URL_LENGTH))
    due_at: Mapped[datetime] = mapped_column(index=True)  # later while a worker has it
    checked_at: Mapped[datetime | None]
    trouble: Mapped[Trouble] = mapped_column(Word(Trouble), default=Trouble.NONE)
    detail: Mapped[str] = mapped_column(String(300), default="")
    final_url: Mapped[str] = mapped_column(String(URL_LENGTH), default="")  # after redirects
    headline: Mapped[str] = mapped_column(String(HEADLINE_LENGTH), default="")
