"""The table of deferred requests. A row is there until its decision is made, which takes a moment."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base


class RequestKind(StrEnum):
    """What somebody asks for."""

    SIGN_UP = "sign_up"
    ADDRESS_CHANGE = "address_change"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name, not a secret


class DeferredRequest(Base):
    """One request, with all that deciding it needs."""

    __tablename__ = "deferred_request"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # deleted with the row: it holds an address
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
