"""The process that starts the workers, keeps them running, and ends with them."""

import signal

from redis.exceptions import RedisError

from newsletter.core import clock
from newsletter.core.forked import SIGNALS
from newsletter.core.queue import Queue
from newsletter.health.heartbeats import EVERY_SECONDS, open_redis
from newsletter.incoming.listening_socket import ListeningSocket
from workers import heartbeats
from workers.app import settings
from workers.layout import QueueWorker
from workers.preload.child import Child, MailListener, QueueChild

LOOK_SECONDS = 0.5  # between two looks into the queues of workers on demand


class Parent:
    """Starts the workers and, where `mail` has a port, the listener, keeps them running, ends with them."""

    def __init__(self, workers: tuple[QueueWorker, ...], mail: ListeningSocket) -> None:
        self.queues = [QueueChild(worker, mail) for worker in workers]
        self.children: list[Child] = [*self.queues, *([MailListener(mail)] if mail.port else [])]
        self.stopping = False
        self.recorded_at = float("-inf")

    def run(self) -> None:
        """Until a TERM, and then until every worker has ended."""
        while not self.stopping or self._running():
            if not self.stopping:
                self._start()
                self._record_heartbeats()
            self._wait()

    def _start(self) -> None:
        asleep = [child for child in self.queues if child.on_demand and child.may_start]
        waiting = _with_jobs([child.queue for child in asleep])
        for child in self.children:
            if child.may_start and child.is_wanted(waiting):
                child.start()

    def _record_heartbeats(self) -> None:
        """Workers on demand are as good as there, as long as there is somebody to start them."""
        if clock.monotonic() - self.recorded_at >= EVERY_SECONDS:
            self.recorded_at = clock.monotonic()
            heartbeats.say(*(child.queue.value for child in self.queues if child.asleep))

    def _wait(self) -> None:
        """For a signal, or the next look into the queues; then collect who has ended."""
        heard = signal.sigtimedwait(SIGNALS, LOOK_SECONDS)
        if heard is not None and heard.si_signo != signal.SIGCHLD and not self.stopping:
            self.stopping = True
            for child in self.children:
                child.ask_to_end()
        for child in self.children:
            code = child.collect()
            if code is not None:
                child.has_ended(code, asked=self.stopping)

    def _running(self) -> list[Child]:
        return [child for child in self.children if child.pid is not None]


def _with_jobs(queues: list[Queue]) -> set[Queue]:
    """Those of `queues` in which a job waits; none when Redis does not answer."""
    if not queues:
        return set()
    try:
        with open_redis(settings().effective_redis_url, heartbeats.PATIENCE_SECONDS) as client:
            return {queue for queue in queues if client.llen(queue.value)}
    except (RedisError, OSError):
        return set()
