"""Heartbeats: how old they are, what silence is, and that nobody waits long for a Redis that is away."""

import socket
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from newsletter.core.queue import Queue
from newsletter.health.heartbeats import (
    REMEMBERED_SECONDS,
    SERVED,
    SILENT_AFTER_SECONDS,
    SWEEP,
    is_silent,
    open_redis,
    read_heartbeats,
    record_heartbeat,
)
from tests.extent import BUSY


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with open_redis(redis_url, 5) as client:
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def mute() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def age(client: Redis, name: str, seconds: float) -> None:
    assert client.pexpire(f"newsletter:sign:{name}", round((REMEMBERED_SECONDS - seconds) * 1000))


def test_nobody_was_heard(redis: Redis, redis_url: str) -> None:
    heartbeats = read_heartbeats(redis_url)
    assert heartbeats is not None
    assert heartbeats.ages == dict.fromkeys(SERVED)
    assert heartbeats.sweep_age is None
    assert heartbeats.silent == list(SERVED)
    assert Queue.BULK in SERVED


def test_who_gave_a_sign_lives(redis: Redis, redis_url: str) -> None:
    for queue in SERVED:
        record_heartbeat(redis, queue)
    record_heartbeat(redis, SWEEP)
    heartbeats = read_heartbeats(redis_url)
    assert heartbeats is not None
    assert heartbeats.silent == []
    assert all(age is not None and age < 5 for age in heartbeats.ages.values())
    assert not is_silent(heartbeats.sweep_age)


def test_an_old_sign_is_silence(redis: Redis, redis_url: str) -> None:
    for queue in SERVED:
        record_heartbeat(redis, queue)
    age(redis, Queue.BULK, SILENT_AFTER_SECONDS + 2)
    heartbeats = read_heartbeats(redis_url)
    assert heartbeats is not None
    assert heartbeats.silent == [Queue.BULK]
    assert heartbeats.ages[Queue.BULK] == pytest.approx(SILENT_AFTER_SECONDS + 2, abs=1)
    record_heartbeat(redis, Queue.BULK)
    back = read_heartbeats(redis_url)
    assert back is not None
    assert back.silent == []


def test_jobs_that_wait_are_counted(redis: Redis, redis_url: str) -> None:
    redis.rpush(Queue.BULK.value, "a", "b")
    heartbeats = read_heartbeats(redis_url)
    assert heartbeats is not None
    assert heartbeats.queue_lengths[Queue.BULK] == 2
    assert heartbeats.queue_lengths[Queue.TRANSACTIONAL] == 0


def test_a_redis_that_says_nothing_costs_little_time(mute: str) -> None:
    begun = time.monotonic()
    assert read_heartbeats(mute) is None
    assert time.monotonic() - begun < BUSY


def test_no_redis_at_all() -> None:
    assert read_heartbeats("redis://127.0.0.1:1/0") is None
    assert read_heartbeats("unix:///nowhere/valkey.sock") is None
