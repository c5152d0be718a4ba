"""Heartbeats: each worker leaves one in Redis every few seconds, and the sweep leaves its own.

They are in Redis because a worker that cannot reach Redis gets no jobs either. A heartbeat is a key that
expires after a day; the time that is left tells its age by the clock of Redis alone, whatever the clocks of
the hosts say.
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
# Two heartbeats may be lost before a worker counts as silent.
SILENT_AFTER_SECONDS = 30.0
REMEMBERED_SECONDS = 86_400
# A page waits for Redis this long to connect, and as long again for its answer: together under 200 ms.
PATIENCE_SECONDS = 0.09
# A queue that no job uses needs no worker.
SERVED = tuple(queue for queue in Queue if any(job.queue is queue for job in jobs.CATALOGUE))


@dataclass(frozen=True)
class Heartbeats:
    """The age in seconds of the last heartbeat of each queue and of the sweep; None: none within a day.

    `queue_lengths`: how many jobs wait in each queue.
    """

    ages: Mapping[Queue, float | None]
    sweep_age: float | None
    queue_lengths: Mapping[Queue, int]

    @property
    def silent(self) -> list[Queue]:
        """The queues without a recent heartbeat of a worker."""
        return [queue for queue, age in self.ages.items() if is_silent(age)]


def is_silent(age: float | None) -> bool:
    """Whether a heartbeat of this age in seconds is too old; None: there was none."""
    return age is None or age > SILENT_AFTER_SECONDS


def open_redis(url: str, patience: float = PATIENCE_SECONDS) -> Redis:
    """A client that waits at most `patience` seconds to connect and for each answer, and tries once."""
    client: Redis = Redis.from_url(
        url, socket_connect_timeout=patience, socket_timeout=patience, retry=Retry(NoBackoff(), 0)
    )
    return client


def record_heartbeat(client: Redis, name: str) -> None:
    """Record that `name`, the worker of a queue or the sweep, is alive. Raises `RedisError`."""
    client.set(_key(name), 1, ex=REMEMBERED_SECONDS)


def read_heartbeats(url: str) -> Heartbeats | None:
    """All heartbeats now; None when Redis does not answer."""
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
    lengths = answers[len(SERVED) + 1 :]
    return Heartbeats(
        ages=dict(zip(SERVED, ages, strict=False)),
        sweep_age=ages[-1],
        queue_lengths=dict(zip(SERVED, lengths, strict=True)),
    )


def _key(name: str) -> str:
    return f"newsletter:sign:{name}"


def _age(left_ms: int) -> float | None:
    """PTTL is negative for a key that is not there."""
    return None if left_ms < 0 else max(0.0, REMEMBERED_SECONDS - left_ms / 1000)
