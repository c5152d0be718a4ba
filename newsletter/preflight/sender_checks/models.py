"""The table of sender checks."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core.db import Base


class SenderCheck(Base):
    """What the DNS said about a domain that publications send from, the last time that it answered."""

    __tablename__ = "sender_check"

    domain: Mapped[str] = mapped_column(String(253), primary_key=True)  # A-labels, lower case
    due_at: Mapped[datetime] = mapped_column(index=True)  # later while a worker has it
    checked_at: Mapped[datetime | None]
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)  # sentences
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # of `SenderReport`; empty: none yet
    # Kind and name of records that were there and are gone.
    vanished: Mapped[list[tuple[str, str]]] = mapped_column(JSON, default=list)
    self_test: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # of `SelfTest`; empty: none, or old
