"""Transport configs, as the tests of their limits want them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from newsletter.smtp.url import Relay
from newsletter.transports.transport_config import Limits, TransportConfig

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def make_config(
    key: str = "transport:1", *, weight: int = 1, paused: bool = False, **limits: Any
) -> TransportConfig:
    """An config named like its key."""
    relay = Relay(f"{key.replace(':', '-')}.example.org", 587)
    return TransportConfig(key, key, relay, weight, Limits(**limits), paused)
