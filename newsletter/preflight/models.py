"""The tables of preflight: the rules file of a publication, version by version."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base
from newsletter.issues.models import AUTHOR_LENGTH


class RulesVersion(Base):
    """The rules file of a publication as somebody saved it; the one with the highest number is in force."""

    __tablename__ = "rules_version"
    __table_args__ = (UniqueConstraint("publication_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)  # YAML, see `preflight.rule_file`
    author: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    restored_from: Mapped[int | None]  # the number of the version whose text it repeats
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
