"""Each worker's main process says every few seconds that it lives, for each queue that it serves."""

import threading
from collections.abc import Sequence
from typing import Any

import structlog
from celery.signals import worker_ready
from redis.exceptions import RedisError

from newsletter.core import clock
from newsletter.core.queue import Queue
from newsletter.health.heartbeats import EVERY_SECONDS, SWEEP, open_redis, record_heartbeat
from workers.app import app, settings

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 5.0

swept = threading.Event()  # set by whoever has swept the database; told with the next signs


@worker_ready.connect
def _begin(**_: Any) -> None:
    # A thread, because a worker without a pool of processes does nothing else during a long job.
    queues = tuple(app.amqp.queues.consume_from)
    threading.Thread(target=_live, args=(queues,), name="signs", daemon=True).start()


def _live(queues: Sequence[str]) -> None:
    if Queue.PERIODIC in queues:
        swept.wait(EVERY_SECONDS)  # the first sign should tell of the first sweep already
    while True:
        say(*queues, *([SWEEP] if swept.is_set() else []))
        swept.clear()
        clock.sleep(EVERY_SECONDS)


def say(*names: str) -> None:
    """Give a sign for each name; without Redis it is not given, and nothing else suffers."""
    try:
        with open_redis(settings().effective_redis_url, PATIENCE_SECONDS) as client:
            for name in names:
                record_heartbeat(client, name)
    except (RedisError, OSError) as error:
        log.warning("no sign of life: Redis is away", names=names, error=str(error))
