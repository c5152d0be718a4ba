"""Jobs: declared once, published only after the commit that made them true.

The database is the truth, and a job only a notification: a broker that is down never blocks or breaks a
request, because the periodic sweep finds the same work in the database. Celery is imported with the first job
that is published, because most commands publish none.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from newsletter.core.db import UnitOfWork
from newsletter.core.logs import Logger
from newsletter.core.timeout_breaker import TimeoutBreaker

if TYPE_CHECKING:
    from celery import Celery

log = Logger(__name__)

PARKED = "newsletter_parked_jobs"
# Workers wait up to a second for a job at a time (BRPOP).
PATIENCE_SECONDS = 5.0


class Queue(StrEnum):
    """One queue for each kind of haste; a bulk mailing never delays a confirmation."""

    TRANSACTIONAL = "transactional"
    BULK = "bulk"
    IMPORTS = "imports"
    FETCH = "fetch"
    PERIODIC = "periodic"


@dataclass(frozen=True)
class Job:
    """A piece of work that a worker does. `arguments` maps each argument to its JSON type."""

    name: str
    queue: Queue
    arguments: dict[str, type]

    def enqueue(self, session: Session, **arguments: Any) -> None:
        """Park the job in `session`; it is published after the commit, discarded by a rollback."""
        self._check(arguments)
        transaction = session.get_nested_transaction() or session.get_transaction() or session.begin()
        session.info.setdefault(PARKED, []).append((transaction, self, arguments))

    def publish(self, **arguments: Any) -> bool:
        """Publish at once, for callers with no transaction open; False when the broker is away."""
        self._check(arguments)
        return broker.publish(self, arguments)

    def _check(self, arguments: dict[str, Any]) -> None:
        given = {name: type(value) for name, value in arguments.items()}
        if given != self.arguments:
            message = f"{self.name} takes {self.arguments}, not {given}"
            raise TypeError(message)


class Broker:
    """The way to the queue. One for each process; `connect` is called where settings are loaded."""

    def __init__(self) -> None:
        self.redis_url: str | None = None
        self._patience = PATIENCE_SECONDS
        self._celery: Celery | None = None
        self._breaker = TimeoutBreaker()

    def connect(self, redis_url: str | None, patience: float = PATIENCE_SECONDS) -> None:
        """From now on every `Job` of this process goes to `redis_url`; None: to nobody.

        `patience`: seconds that it may take to connect, and to answer.
        """
        if (redis_url, patience) != (self.redis_url, self._patience):
            self.redis_url, self._patience, self._celery = redis_url, patience, None
            self._breaker = TimeoutBreaker()

    @property
    def celery(self) -> "Celery | None":
        """The Celery application of this process, made on first use; None when nothing is connected."""
        if self._celery is None and self.redis_url is not None:
            self._celery = make_celery(self.redis_url, self._patience)
        return self._celery

    def publish(self, job: Job, arguments: dict[str, Any]) -> bool:
        if self.celery is None:
            log.debug("job not published: no broker connected", job=job.name)
            return False
        from kombu.exceptions import OperationalError

        problem = "it did not answer a moment ago"
        for _attempt in range(2):  # a connection that was kept may have been closed by the broker meanwhile
            if self._breaker.is_open:
                break
            try:
                with self._breaker.watch():
                    self.celery.send_task(job.name, kwargs=arguments, queue=job.queue.value)
            except OperationalError as error:
                problem = str(error)
            else:
                return True
        # The sweep finds the work in the database; nobody's request should fail for a job.
        log.warning("job not published: the broker is away", job=job.name, error=problem)
        return False

    def waiting(self, queue: Queue) -> int | None:
        """How many jobs wait in `queue`; None when the broker is away."""
        if self.celery is None:
            return None
        try:
            with self.celery.connection_for_read() as connection:
                channel = connection.default_channel
                return int(channel.client.llen(queue.value))
        except Exception as error:
            log.warning("queue length unknown: the broker is away", error=str(error))
            return None


broker = Broker()


def make_celery(redis_url: str, patience: float) -> "Celery":
    """A Celery application that speaks JSON only, keeps no results and gives up quickly on a dead broker."""
    from celery import Celery
    from kombu.entity import Queue as KombuQueue

    app = Celery("newsletter", broker=celery_url(redis_url))
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_create_missing_queues=False,
        task_publish_retry=False,  # `Broker.publish` tries again, unless the broker hangs
        task_queues=[KombuQueue(queue.value) for queue in Queue],
        task_default_queue=Queue.PERIODIC.value,
        task_acks_late=False,  # the database knows what is not done; a job that comes twice does no harm
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "max_retries": 0,
            "socket_connect_timeout": min(patience, 2),
            "socket_timeout": patience,
        },
        timezone="UTC",
        enable_utc=True,
    )
    return app


def celery_url(redis_url: str) -> str:
    """`redis_url` in kombu's dialect: a socket is `redis+socket://`."""
    return redis_url.replace("unix://", "redis+socket://", 1)


def limits_url(redis_url: str) -> str:
    """`redis_url` in the dialect of the rate limiter: a socket is `redis+unix://`."""
    return redis_url.replace("unix://", "redis+unix://", 1)


def _publish_parked(session: Session) -> None:
    if session.in_nested_transaction():
        return  # only a savepoint was released: nothing is true for others yet
    for _, job, arguments in session.info.pop(PARKED, []):
        broker.publish(job, arguments)


def _discard_parked(session: Session, previous: SessionTransaction) -> None:
    """A savepoint that fails takes the jobs parked inside it along; the outer transaction takes all."""
    if not previous.nested:
        session.info.pop(PARKED, None)
        return
    parked = session.info.get(PARKED, [])
    session.info[PARKED] = [entry for entry in parked if entry[0] is not previous]


event.listen(UnitOfWork, "after_commit", _publish_parked)
event.listen(UnitOfWork, "after_soft_rollback", _discard_parked)
