"""Jobs that wait in a real queue, for tests of what is published."""

import base64
import json
from typing import cast

from redis import Redis

from newsletter.core.queue import Queue, broker


def empty_queues(redis_url: str) -> Redis:
    """Connect the broker of this process to `redis_url`, where nothing is left; and a client for it."""
    broker.connect(redis_url)
    client = Redis.from_url(redis_url)
    client.flushall()
    return client


def queued(client: Redis, queue: Queue) -> list[dict[str, int]]:
    """The arguments of the jobs that wait in `queue`, oldest first."""
    messages = cast(list[bytes], client.lrange(queue.value, 0, -1))
    return [json.loads(base64.b64decode(json.loads(message)["body"]))[1] for message in reversed(messages)]
