"""A transport as plain values: its relay and its limits, from a row or from `SMTP_URL`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.url import Relay
from newsletter.transports.hours import day_in, parse_zone
from newsletter.transports.provider_defaults import DEFAULT
from newsletter.transports.warm_up import warm_up

KEY_LENGTH = 280  # of the column that keys are kept in


@dataclass(frozen=True)
class Limits:
    """How much may be sent by a relay: at once, over time, and when. None and empty mean no limit.

    `connections` are those of all processes together. `provider_limits`: messages a second towards each
    receiving provider (a key of `transports.providers`). `hours` such as "08:00-20:00" and days are those of
    `zone`. On `warm_up_from` at most `warm_up_per_day` are sent, on later days more (`transports.warm_up`).
    """

    connections: int = DEFAULT.connections
    messages_per_connection: int = DEFAULT.messages_per_connection
    per_second: float | None = None
    per_day: int | None = None
    provider_limits: Mapping[str, float] = field(default_factory=dict, hash=False)
    hours: str = ""
    zone: str = "UTC"
    warm_up_from: date | None = None
    warm_up_per_day: int | None = None

    def day(self, now: datetime) -> date:
        """What day it is where the days of these limits begin."""
        return day_in(parse_zone(self.zone), now)

    def allowance(self, day: date) -> int | None:
        """How many messages may be sent on `day`; None: any number."""
        if self.warm_up_from is None or self.warm_up_per_day is None:
            return self.per_day
        warming = warm_up(self.warm_up_from, self.warm_up_per_day, day)
        return min((limit for limit in (warming, self.per_day) if limit is not None), default=None)

    @property
    def are_counted(self) -> bool:
        """Whether messages through it have to be counted at all."""
        return (self.per_second, self.per_day, self.warm_up_per_day) != (None, None, None)


@dataclass(frozen=True)
class TransportConfig:
    """A relay that mail may leave by. `weight`: its share among those that can send; 0 is a reserve.

    `broken`: why no session can be opened with what is stored; then `relay` only says where it is.
    """

    key: str
    name: str
    relay: Relay
    weight: int = 1
    limits: Limits = field(default_factory=Limits)
    paused: bool = False
    broken: SessionFailed | None = None


def row_key(transport_id: int) -> str:
    """The key of a transport that has a row."""
    return f"transport:{transport_id}"


def url_key(relay: Relay) -> str:
    """The key of a relay of the environment: the same for whoever has the same environment."""
    user = f"{relay.user}@" if relay.user else ""
    key = f"smtp_url:{user}{relay.where}"
    if len(key) <= KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"{key[: KEY_LENGTH - len(digest) - 1]}#{digest}"
