"""The thread of a web process that carries out unsubscribes once the database is back.

Workers look into the spool as well, but a host may have none. The thread is there only while something waits.
"""

import threading
from typing import cast

from flask import Flask, current_app
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.logs import Logger
from newsletter.settings import Settings
from newsletter.subscribers.replay_unsubscribes import replay
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.web import database
from newsletter.web.current import settings

log = Logger(__name__)

EXTENSION = "newsletter_unsubscribe_replay"
PAUSE_SECONDS = 0.5  # between two tries


class UnsubscribeReplay:
    """Replays the spool in the background until nothing waits."""

    def __init__(self, spool: UnsubscribeSpool, sessions: sessionmaker[Session]) -> None:
        self.spool = spool
        self._sessions = sessions
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether something waits: the database did not answer when it was last asked."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, unless it runs. To be called after something was kept in the spool."""
        with self._lock:
            if not self.is_running:
                self._thread = threading.Thread(target=self._run, name="unsubscribes", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                replay(self.spool, self._sessions)
            except OSError:
                log.exception("the spool of unsubscribes cannot be used; it is tried again")
            with self._lock:  # who keeps something meanwhile either is seen here, or starts another thread
                if not self.spool.waiting():
                    self._thread = None
                    return
            clock.sleep(PAUSE_SECONDS)


def init_app(app: Flask, given: Settings) -> None:
    """Begin with what a process that died has left. Flask must know the database already."""
    spool = UnsubscribeSpool(given.unsubscribe_dir)
    if spool.waiting():
        app.extensions[EXTENSION] = UnsubscribeReplay(spool, app.extensions[database.EXTENSION])
        app.extensions[EXTENSION].start()


def unsubscribe_replay() -> UnsubscribeReplay:
    """That of the current application."""
    extensions = current_app.extensions
    if EXTENSION not in extensions:
        spool = UnsubscribeSpool(settings().unsubscribe_dir)
        extensions.setdefault(EXTENSION, UnsubscribeReplay(spool, extensions[database.EXTENSION]))
    return cast(UnsubscribeReplay, extensions[EXTENSION])
