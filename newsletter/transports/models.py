"""The tables of transports: relays, their usage, their cooldowns, and DKIM keys."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Double, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.core import clock
from newsletter.core.columns import BigId, Word
from newsletter.core.db import Base
from newsletter.smtp.url import Dialogue
from newsletter.transports.security import Security


class Transport(Base):
    """An SMTP relay, in the order of `position`; `password` is encrypted (see `transports.secret_box`).

    Limits that are None are those of the relay's provider, or none (`transports.provider_defaults`).
    """

    __tablename__ = "transport"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    host: Mapped[str] = mapped_column(String(253))
    port: Mapped[int]
    security: Mapped[Security] = mapped_column(Word(Security))
    username: Mapped[str] = mapped_column(String(320), default="")
    password: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=1, unique=True)
    weight: Mapped[int] = mapped_column(default=1)  # its share among the transports that can send; 0: reserve
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    # How it is spoken to (a name of `Dialogue`), and how much at once.
    dialogue: Mapped[str] = mapped_column(String(12), default=Dialogue.CHUNKING.name.lower())
    connections: Mapped[int | None]  # for all processes together
    messages_per_connection: Mapped[int | None]
    # How much over time.
    per_second: Mapped[float | None] = mapped_column(Double)
    per_day: Mapped[int | None]
    provider_limits: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # provider → messages a second
    hours: Mapped[str] = mapped_column(String(11), default="")  # "08:00-20:00" in `zone`; empty: always
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    warm_up_from: Mapped[date | None]  # its first day; each further day may send more (`transports.warm_up`)
    warm_up_per_day: Mapped[int | None]  # how many on the first day
    # Somebody paused it; failures are in `TransportCooldown`.
    paused_at: Mapped[datetime | None]


class TransportUse(Base):
    """How much of a transport is reserved, in all (`provider` empty) or towards one receiving provider.

    `transport` is a key (`transports.transport_config`), since relays of the environment have no row.
    `free_at`: when the next message may go, by its rate. `used`: how many were reserved on `day`, in the
    transport's zone.
    """

    __tablename__ = "transport_use"

    transport: Mapped[str] = mapped_column(String(280), primary_key=True)
    provider: Mapped[str] = mapped_column(String(32), primary_key=True, default="")
    free_at: Mapped[datetime | None]
    day: Mapped[date | None]
    used: Mapped[int] = mapped_column(default=0)


class TransportCooldown(Base):
    """A transport (a key, as above) that failed and is not used, for one sender or (empty) for all.

    `until`: when it is tried again; None: after somebody has mended what `reason` says and resumed it.
    The table keeps its first name, which is older than the word cooldown.
    """

    __tablename__ = "transport_rest"

    transport: Mapped[str] = mapped_column(String(280), primary_key=True)
    sender: Mapped[str] = mapped_column(String(320), primary_key=True, default="")
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(default=clock.now)
    until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class DkimKey(Base):
    """A key that signs for a sender's domain; `private_key` is encrypted (see `transports.secret_box`)."""

    __tablename__ = "dkim_key"
    __table_args__ = (Index("uq_dkim_key_domain_selector", "domain", "selector", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    domain: Mapped[str] = mapped_column(String(253))  # A-labels, lower case
    selector: Mapped[str] = mapped_column(String(63))
    algorithm: Mapped[str] = mapped_column(String(16))  # rsa-sha256 or ed25519-sha256 (RFC 6376, RFC 8463)
    private_key: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    # Only an active key signs: it is made first, published in the DNS, and then put to use.
    active_since: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]  # when another took its place
    # What a worker saw in the DNS: when the record was last there, and what was wrong with it since.
    seen_at: Mapped[datetime | None]
    record_problem: Mapped[str] = mapped_column(Text, default="")
