"""Segments of publications: the rules only; who is in one is asked anew each time."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId
from newsletter.core.db import Base


class Segment(Base):
    """Saved rules that narrow a publication's subscribers."""

    __tablename__ = "segment"
    __table_args__ = (UniqueConstraint("publication_id", "slug"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    slug: Mapped[str] = mapped_column(String(63))  # stays, whatever the name becomes
    name: Mapped[str] = mapped_column(String(120))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)  # as `segments.rules` reads them
    edits: Mapped[int] = mapped_column(default=0)  # how often it was changed: who edits says from which state
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
