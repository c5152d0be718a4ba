from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from newsletter.smtp.failures import SessionFailed
from newsletter.smtp.url import Relay


@dataclass(frozen=True)
class Limits:
    connections: int = 10
    messages_per_connection: int = 1000
    per_second: float | None = None
    per_day: int | None = None
    provider_limits: Mapping[str, float] = field(default_factory=dict)
    hours: str = ""
    zone: str = "UTC"
    warm_up_from: date | None = None
    warm_up_per_day: int | None = None


@dataclass(frozen=True)
class Outlet:
    key: str
    name: str
    relay: Relay
    weight: int = 1
    limits: Limits = Limits()
    paused: bool = False
    broken: SessionFailed | None = None
