"""Drain a mailing: take window after window for a turn, then let others have theirs.

The transaction that reserves window k+1 settles window k, so each window costs one commit.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.links import Links
from newsletter.issues.compile import origin, sender_domain
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Control, Mailing, StoredMessage
from newsletter.publications.models import Publication
from newsletter.rendering.message import CompiledMessage
from newsletter.sending.control import hold
from newsletter.sending.letter import Letter
from newsletter.sending.relays import Relays
from newsletter.sending.reserve import Window, reserve
from newsletter.sending.settle import settle
from newsletter.sending.transmit import StartGate, Trouble, transmit

log = structlog.get_logger(__name__)

LETTERS_KEPT = 4
SETTLE_PAUSES_SECONDS = (0.1, 0.5, 1, 2, 5)


@dataclass
class SendingProcess:
    """What one bulk process sends with. Made after the fork; one drain at a time."""

    sessions: sessionmaker[Session]
    links: Links
    relays: Relays
    tally_dir: Path
    host: str
    window_size: int
    stopping: threading.Event = field(default_factory=threading.Event)
    letters: OrderedDict[int, Letter] = field(default_factory=OrderedDict)

    def drain(self, mailing_id: int, seconds: float) -> bool:
        """Send windows of a mailing for `seconds`; True when there was still something to send then."""
        until = clock.monotonic() + seconds
        window: Window | None = None
        while True:
            over = clock.monotonic() >= until or self.stopping.is_set()
            window = self._turn_over(mailing_id, window, reserve_next=not over)
            if window is None:
                return over
            gate = StartGate(window, partial(self._goes, mailing_id), self.stopping)
            try:
                trouble = transmit(window, self._letter(mailing_id), self.relays, gate)
            except BaseException:
                self._turn_over(mailing_id, window, reserve_next=False)
                raise
            if trouble is not None:
                self._hold(mailing_id, window, trouble)
                return False

    def _turn_over(self, mailing_id: int, done: Window | None, *, reserve_next: bool) -> Window | None:
        """Settle `done` and reserve the next window in one commit; settling is repeated until it is in."""
        for pause in chain(SETTLE_PAUSES_SECONDS, repeat(SETTLE_PAUSES_SECONDS[-1])):
            fresh: Window | None = None
            try:
                with self.sessions() as session:
                    mailing = lock(session, mailing_id)
                    if done is not None:
                        settle(session, mailing, done.id, done.tally.lines())
                    if reserve_next:
                        fresh = reserve(session, mailing, self.tally_dir, self.host, self.window_size)
                    session.commit()
            except BaseException as error:
                # Whether the commit arrived may be unknown: the tallies stay, and recovery reads them.
                _let_go(fresh)
                if done is None or not isinstance(error, OperationalError | InterfaceError):
                    _let_go(done)
                    raise
                log.warning("settling is repeated", mailing=mailing_id, error=str(error))
                reserve_next = False
                clock.sleep(pause)
            else:
                _let_go(done, delete=True)
                return fresh
        raise AssertionError

    def _hold(self, mailing_id: int, window: Window, trouble: Trouble) -> None:
        log.error("the mailing is paused", mailing=mailing_id, reason=trouble.message)
        self._turn_over(mailing_id, window, reserve_next=False)
        with self.sessions() as session:
            hold(session, mailing_id, trouble.message)
            session.commit()

    def _goes(self, mailing_id: int) -> bool:
        """Whether nobody paused or cancelled the mailing; a database that does not answer means no."""
        try:
            with reading(), self.sessions() as session:
                control = session.scalar(select(Mailing.control).where(Mailing.id == mailing_id))
        except DBAPIError:
            return False
        return control is Control.GO

    def _letter(self, mailing_id: int) -> Letter:
        """The mailing's compiled message, read once and kept while it is used."""
        if mailing_id not in self.letters:
            self.letters[mailing_id] = self._read_letter(mailing_id)
            while len(self.letters) > LETTERS_KEPT:
                self.letters.popitem(last=False)
        self.letters.move_to_end(mailing_id)
        return self.letters[mailing_id]

    def _read_letter(self, mailing_id: int) -> Letter:
        with reading(), self.sessions() as session:
            stored, mailing, publication = session.execute(
                select(StoredMessage, Mailing, Publication)
                .join(Mailing, Mailing.id == StoredMessage.mailing_id)
                .join(Publication, Publication.id == Mailing.publication_id)
                .where(StoredMessage.mailing_id == mailing_id, StoredMessage.variant == "")
            ).one()
            return Letter(
                mailing_id=mailing_id,
                compiled=CompiledMessage.from_json(stored.compiled),
                sender=publication.sender_email,
                domain=sender_domain(publication),
                origin=origin(self.links, mailing),
                publication_name=publication.name,
                links=self.links,
            )


def _let_go(window: Window | None, *, delete: bool = False) -> None:
    """Close a tally, and delete it when the ledger has all it says."""
    if window is not None:
        window.tally.close()
        if delete:
            window.tally.path.unlink(missing_ok=True)
