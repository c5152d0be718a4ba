"""Whoever looks at Home in these tests knows that every worker lives, unless the test says otherwise."""

from collections.abc import Iterator

import pytest
from redis import Redis

from tests.heartbeats import every_worker_lives


@pytest.fixture(autouse=True)
def redis(redis_url: str) -> Iterator[Redis]:
    with every_worker_lives(redis_url) as client:
        yield client
