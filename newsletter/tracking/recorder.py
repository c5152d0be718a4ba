"""Writes down what a web process sees, without anybody waiting for it: a thread puts hits into the stream.

What was seen in the last moment before a process is killed is lost; one that ends writes it down first.
"""

import atexit
import secrets
import threading
from collections import deque
from itertools import count

from newsletter.core import clock
from newsletter.core.logs import Logger
from newsletter.tracking.hit import Hit
from newsletter.tracking.models import EventKind
from newsletter.tracking.spool import HitSpool
from newsletter.tracking.stream import HitStream, StreamAway

log = Logger(__name__)

MOST_WAITING = 100_000  # hits in the memory of a process; of more, the oldest are given up
BATCH = 1_000
GATHER_SECONDS = 0.05  # what comes in meanwhile is written together
AWAY_SECONDS = 2.0  # while Redis is away: one file of the spool for what comes in meanwhile


class Recorder:
    """Takes hits; its thread begins with the first one. Make it after a fork."""

    def __init__(self, stream: HitStream, spool: HitSpool) -> None:
        self._stream, self._spool = stream, spool
        self._process, self._numbers = secrets.token_hex(6), count()
        self._waiting: deque[Hit] = deque(maxlen=MOST_WAITING)
        self._something = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_away = False

    def record(
        self, kind: EventKind, mailing_id: int, link_id: int, seq: int, *, is_head: bool, agent: str
    ) -> None:
        """Take a hit of this moment. Never raises, never waits."""
        key = f"{self._process}{next(self._numbers):x}"
        self._waiting.append(Hit(key, kind, mailing_id, link_id, seq, clock.now(), is_head, agent))
        if not self._something.is_set():
            self._something.set()
            if self._thread is None:
                self._begin()

    def flush(self) -> None:
        """Write down all that waits."""
        with self._lock:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                self._store(batch)
            self._replay()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hits", daemon=True)
                self._thread.start()
                atexit.register(self.flush)

    def _run(self) -> None:
        while True:
            self._something.wait(timeout=AWAY_SECONDS if self._is_away else None)
            clock.sleep(AWAY_SECONDS if self._is_away else GATHER_SECONDS)
            self._something.clear()
            try:
                self.flush()
            except Exception:
                log.exception("hits of links were lost")

    def _store(self, batch: list[Hit]) -> None:
        try:
            self._stream.add(batch)
            self._is_away = False
        except StreamAway as error:
            if not self._is_away:
                log.warning("hits of links wait on the disk: Redis is away", error=str(error))
            self._is_away = True
            self._spool.keep(batch)

    def _replay(self) -> None:
        """Put what waited on the disk into the stream, if that is there again."""
        names = self._spool.waiting()
        for name in names:
            try:
                self._stream.add(self._spool.read(name))
            except StreamAway:
                self._is_away = True
                return
            self._spool.remove(name)
        self._is_away = False
