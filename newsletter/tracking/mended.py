"""Where links lead that were mended after they were sent, known without asking for each of them."""

import threading
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.answer_timeout import answer_timeout
from newsletter.core.db import reading
from newsletter.core.logs import Logger
from newsletter.redirects.models import LinkMend, MailingLink

log = Logger(__name__)

REFRESH_SECONDS = 2.0  # a mended link leads to its new target so soon, where the database answers
AWAY_SECONDS = 5.0
ANSWER_SECONDS = 3.0
FIRST_SECONDS = 0.25  # that the first request of a process waits


class MendedLinks:
    """The targets of mended links, read again in the background while links are followed."""

    def __init__(self, sessions: Callable[[], sessionmaker[Session]]) -> None:
        self._sessions = sessions
        self._targets: dict[int, str] = {}
        self._due = float("-inf")  # monotonic
        self._read_once = threading.Event()
        self._lock = threading.Lock()

    def find(self, link_id: int) -> str | None:
        """Where the link leads since it was mended; None where it was not, as far as is known."""
        if clock.monotonic() >= self._due:
            self._refresh()
        return self._targets.get(link_id)

    def _refresh(self) -> None:
        with self._lock:
            if clock.monotonic() < self._due:
                return
            self._due = clock.monotonic() + AWAY_SECONDS  # until the thread knows better
            threading.Thread(target=self._read, name="mended links", daemon=True).start()
        if not self._read_once.is_set():
            self._read_once.wait(FIRST_SECONDS)

    def _read(self) -> None:
        mended = select(MailingLink.id, MailingLink.target).where(
            MailingLink.id.in_(select(LinkMend.link_id))
        )
        try:
            with answer_timeout(ANSWER_SECONDS), reading(), self._sessions()() as session:
                self._targets = dict(session.execute(mended).all())
            self._due = clock.monotonic() + REFRESH_SECONDS
        except SQLAlchemyError as error:
            log.warning("mended links are not known: the database is away", error=type(error).__name__)
        finally:
            self._read_once.set()
