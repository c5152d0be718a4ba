"""The table of deferred requests. A row is there until its decision is made, which takes a moment.

A suspect sign-up waits for an editor instead: see `hold`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base


class RequestKind(StrEnum):
    """What somebody asks for."""

    SIGN_UP = "sign_up"
    ADDRESS_CHANGE = "address_change"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name, not a secret


class Suspicion(StrEnum):
    """Why a sign-up waits for an editor, without a message to its address."""

    DISPOSABLE = "disposable"  # an address of a service for throwing away
    NO_MAIL_SERVER = "no_mail_server"  # its domain takes no mail
    UNPROVEN = "unproven"  # it came during an attack, without a proof of work


class DeferredRequest(Base):
    """One request, with all that deciding it needs. The last three columns are those of suspects."""

    __tablename__ = "deferred_request"
    __table_args__ = (
        Index("ix_deferred_request_publication_id_address_hash", "publication_id", "address_hash"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # deleted with the row: it holds an address
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    suspicion: Mapped[Suspicion | None] = mapped_column(Word(Suspicion))
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    address_hash: Mapped[str | None] = mapped_column(String(64))


class SignUpCount(Base):
    """How many sign-ups were asked for in ten minutes; `attacked`: most of them by programs."""

    __tablename__ = "sign_up_count"

    publication_id: Mapped[int] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), primary_key=True
    )
    period: Mapped[datetime] = mapped_column(primary_key=True)  # its first moment
    asked: Mapped[int] = mapped_column(default=0)
    attacked: Mapped[bool] = mapped_column(default=False)
