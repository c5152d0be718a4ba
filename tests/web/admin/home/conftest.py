"""Whoever looks at Home in these tests knows that every worker lives, unless the test says otherwise."""

from collections.abc import Iterator

import pytest
from redis import Redis

from newsletter.health.heartbeats import SERVED, SWEEP, open_redis, record_heartbeat


@pytest.fixture(autouse=True)
def redis(redis_url: str) -> Iterator[Redis]:
    """Every queue was heard a moment ago, and the sweep, too."""
    with open_redis(redis_url, 5) as client:
        client.flushdb()
        for name in (*SERVED, SWEEP):
            record_heartbeat(client, name)
        yield client
        client.flushdb()
