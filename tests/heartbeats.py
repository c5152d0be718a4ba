"""Heartbeats in a real Redis, for pages that say whether the workers live."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis

from newsletter.health.heartbeats import SERVED, SWEEP, open_redis, record_heartbeat


@contextmanager
def every_worker_lives(redis_url: str) -> Iterator[Redis]:
    """Every queue was heard a moment ago, and the sweep, too. Nothing is left afterwards."""
    with open_redis(redis_url, 5) as client:
        client.flushdb()
        for name in (*SERVED, SWEEP):
            record_heartbeat(client, name)
        yield client
        client.flushdb()
