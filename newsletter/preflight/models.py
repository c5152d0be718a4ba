"""The tables of preflight: the rules files of publications, version by version; waivers of warnings."""

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


class Waiver(Base):
    """Somebody looked at a warning about an issue and said why it may stay.

    It holds while the text of its place is the one that was judged: `place_key` is made from that text (see
    `preflight.place_key`). The row stays as a record.
    """

    __tablename__ = "waiver"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(40))
    place_key: Mapped[str] = mapped_column(String(64))
    # The finding as it was then: its place, its sentence, and the state of the text.
    path: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    edits: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    waived_by: Mapped[str] = mapped_column(String(AUTHOR_LENGTH))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(AUTHOR_LENGTH), default="")
