"""The stream of hits in Redis, on their way from the web processes to the database."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.core.logs import Logger
from newsletter.tracking.hit import Hit

if TYPE_CHECKING:
    from redis import Redis

log = Logger(__name__)

NAME = "newsletter:hits"
# Some 60 MB. Where the database is away for longer, the oldest hits are lost.
MOST = 300_000
PATIENCE_SECONDS = 0.5


class StreamAway(Exception):
    """Redis did not answer."""


class HitStream:
    """The stream at `redis_url`. Make it after a fork; nothing is connected before it is used."""

    def __init__(self, redis_url: str, name: str = NAME) -> None:
        self._redis_url, self._name = redis_url, name
        self._made: Redis | None = None

    def add(self, hits: Iterable[Hit]) -> None:
        """Append `hits`. Raises `StreamAway`; then some of them may be there."""

        def append(redis: Any) -> None:
            pipeline = redis.pipeline(transaction=False)
            for hit in hits:
                pipeline.xadd(self._name, {"hit": hit.to_json()}, maxlen=MOST, approximate=True)
            pipeline.execute()

        self._ask(append)

    def read(self, until: datetime, count: int) -> list[tuple[bytes, Hit | None]]:
        """Up to `count` of the oldest hits that came before `until`, with their ids; None: one is damaged."""
        last = str(round(until.timestamp() * 1000))
        entries = self._ask(lambda redis: redis.xrange(self._name, max=last, count=count))
        return [(entry_id, _read(fields.get(b"hit", b""))) for entry_id, fields in entries]

    def remove(self, ids: Sequence[bytes]) -> None:
        """They are in the database now."""
        self._ask(lambda redis: redis.xdel(self._name, *ids))

    def _ask(self, ask: Any) -> Any:
        from redis.exceptions import RedisError

        try:
            return ask(self._redis)
        except (RedisError, OSError) as error:
            raise StreamAway(str(error)) from error

    @property
    def _redis(self) -> "Redis":
        if self._made is None:
            from redis import Redis  # only who has hits needs it

            self._made = Redis.from_url(
                self._redis_url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
            )
        return self._made


def _read(line: bytes) -> Hit | None:
    try:
        return Hit.from_json(line)
    except ValueError as error:
        log.warning("a hit in the stream cannot be read", error=str(error))
        return None
