"""Heartbeats: each worker leaves one in Redis every few seconds, and the sweep leaves its own.

They lie in Redis because they are about the doorbells: a worker that cannot reach it is not rung either, and
nothing of value is lost with it. A sign is a key that expires after a day; how much of that is left says how
old it is by the clock of Redis alone, whatever the hosts' clocks say.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from newsletter import jobs
from newsletter.core.queue import Queue

SWEEP = "sweep"
EVERY_SECONDS = 10.0
# Two signs may be lost before anybody is alarmed.
SILENT_AFTER_SECONDS = 30.0
REMEMBERED_SECONDS = 86_400
# A page waits for Redis this long to connect, and as long again for its answer: together under 200 ms.
PATIENCE_SECONDS = 0.09
# What nobody has declared a job for need not be served.
SERVED = tuple(queue for queue in Queue if any(job.queue is queue for job in jobs.CATALOGUE))


@dataclass(frozen=True)
class Heartbeats:
    """Seconds since each queue's workers and the sweep gave a sign; None: not within a day.

    `bells`: how many jobs wait to be taken, for each queue.
    """

    heard: Mapping[Queue, float | None]
    swept: float | None
    bells: Mapping[Queue, int]

    @property
    def silent(self) -> list[Queue]:
        """The queues that nobody seems to serve."""
        return [queue for queue, age in self.heard.items() if is_silent(age)]


def is_silent(age: float | None) -> bool:
    """Whether a sign of this age, in seconds, is too old to mean that somebody lives."""
    return age is None or age > SILENT_AFTER_SECONDS


def open_redis(url: str, patience: float = PATIENCE_SECONDS) -> Redis:
    """A client that waits at most `patience` seconds to connect and for each answer, and tries once."""
    client: Redis = Redis.from_url(
        url, socket_connect_timeout=patience, socket_timeout=patience, retry=Retry(NoBackoff(), 0)
    )
    return client


def record_heartbeat(client: Redis, name: str) -> None:
    """Say that `name`, a queue's worker or the sweep, lives. Raises `RedisError`."""
    client.set(_key(name), 1, ex=REMEMBERED_SECONDS)


def read_heartbeats(url: str) -> Heartbeats | None:
    """All signs at this moment; None when Redis does not answer, so that nobody can know."""
    try:
        with open_redis(url) as client, client.pipeline(transaction=False) as pipeline:
            for name in (*SERVED, SWEEP):
                pipeline.pttl(_key(name))
            for queue in SERVED:
                pipeline.llen(queue.value)
            answers = pipeline.execute()
    except (RedisError, OSError):
        return None
    ages = [_age(left) for left in answers[: len(SERVED) + 1]]
    bells = answers[len(SERVED) + 1 :]
    return Heartbeats(
        heard=dict(zip(SERVED, ages, strict=False)),
        swept=ages[-1],
        bells=dict(zip(SERVED, bells, strict=True)),
    )


def _key(name: str) -> str:
    return f"newsletter:sign:{name}"


def _age(left_ms: int) -> float | None:
    """PTTL is negative for a key that is not there."""
    return None if left_ms < 0 else max(0.0, REMEMBERED_SECONDS - left_ms / 1000)
