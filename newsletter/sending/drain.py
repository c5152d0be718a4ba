"""Drain a mailing: take window after window for a while, then let others have their turn.

The calling thread talks to the database: it settles the windows that are done and reserves fresh ones in one
commit, while the lanes send those that were reserved before. Nothing that a lane does waits for the database.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, repeat
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import DomainError
from newsletter.core.links import Links
from newsletter.core.queue import Queue, broker
from newsletter.mailings.lifecycle import find, lock
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.sending import failpoints
from newsletter.sending.concurrency import Concurrency
from newsletter.sending.connections import Connections
from newsletter.sending.control import auto_pause, auto_pause_all
from newsletter.sending.lanes import Done, Lanes
from newsletter.sending.mailing_message import MailingMessage, read_mailing_message
from newsletter.sending.reserve import Window
from newsletter.sending.restore_guard import RestoreGuard
from newsletter.sending.send_lease import POLL_SECONDS, SendLease, Stopping
from newsletter.sending.transmit import Trouble, transmit
from newsletter.sending.turn import ReservationContext, Taken, Turn
from newsletter.transports.transport_config import TransportConfig

log = structlog.get_logger(__name__)

# What a database says that is restarted, fails over, or ends a session that stood still in a transaction.
AWAY = (OperationalError, InterfaceError, InternalError)
SETTLE_PAUSES_SECONDS = (0.1, 0.5, 1, 2, 5)
# Whoever is asked to end does not wait for a database that needs a pause as long as this.
PATIENCE_SECONDS = 1
LOOK_SECONDS = 1.0
FAILED = "This program failed while it was sending; its log says where"
# When more can be reserved within this time the bell is rung again; later than that the sweep rings.
SOON_SECONDS = 1.0


@dataclass
class SendingProcess:
    """What one bulk process sends with. Made after the fork; one drain at a time.

    `transports` reads the transports as they are now; `processes`: how many share a transport's connections.
    """

    sessions: sessionmaker[Session]
    links: Links
    secrets: Sequence[str]
    transports: Callable[[Session], list[TransportConfig]]
    connections: Connections
    tally_dir: Path
    host: str
    window_size: int
    processes: int = 1
    bounce_domain: str = ""
    growth: Concurrency = field(default_factory=Concurrency)
    stopping: Stopping = field(default_factory=Stopping)

    @cached_property
    def context(self) -> ReservationContext:
        return ReservationContext(self.tally_dir, self.host, RestoreGuard(self.tally_dir))

    def drain(self, mailing_id: int, seconds: float) -> bool:
        """Send windows of a mailing for `seconds`; True when there was still something to send then."""
        return _Drain(self, mailing_id, clock.monotonic() + seconds).run()


class _Drain:
    """One drain of one mailing."""

    def __init__(self, process: SendingProcess, mailing_id: int, until: float) -> None:
        self._process = process
        self._mailing_id = mailing_id
        self._until = until
        self._clearance = SendLease(process.stopping)
        self._lanes = Lanes(self._send)
        self._letter: MailingMessage | None = None
        self._transports: list[TransportConfig] = []
        self._looked_at = -math.inf
        self._open: dict[str, Window] = {}  # reserved by this drain and not settled yet
        self._failure: BaseException | None = None
        self._troubled: set[str] = set()  # transports whose other windows need not be tried
        self._objection = ""
        self._dry_until = 0.0  # monotonic: before then nothing can be reserved
        self._growth = process.growth
        self._answers = 0  # in windows that were settled

    def run(self) -> bool:
        self._process.context.guard.in_doubt = True
        self._growth.begin()
        self._process.context.well.clear()
        done: list[Done] = []
        try:
            while True:
                wanted = 0 if self._over() else self._room()
                taken = self._turn_over(done, wanted)
                for window in taken.windows:
                    self._troubled.discard(window.transport.key)  # its rest is over
                    self._lanes.put(window)
                self._note(taken, wanted)
                if not self._lanes.under_way and not self._stays(taken):
                    break
                done = self._collect()
        finally:
            self._clearance.revoke()
            self._lanes.close()
            for window in self._open.values():  # left to recovery
                window.tally.close()
        if self._failure is not None:
            self._tell_failure(self._failure)
            raise self._failure
        if self._objection:
            self._hold(self._objection)
        return bool(taken.goes) and self._dry_until < clock.monotonic() + SOON_SECONDS

    def _tell_failure(self, error: BaseException) -> None:
        """Disks and databases recover; what else fails fails again, so the mailing waits for somebody."""
        if isinstance(error, OSError | DBAPIError):
            return
        with self._process.sessions() as session:
            mailing = lock(session, self._mailing_id)
            auto_pause(session, mailing, f"{FAILED} ({type(error).__name__}: {error}).")
            session.commit()

    def _over(self) -> bool:
        return (
            clock.monotonic() >= self._until or self._process.stopping.is_set() or self._failure is not None
        )

    def _room(self) -> int:
        """How many windows to reserve: each lane has one under way and one that waits for it."""
        if clock.monotonic() < self._dry_until:
            return 0
        self._open_lanes()
        return self._lanes.room

    def _open_lanes(self) -> None:
        answers = self._answers + sum(window.tally.answers for window in self._open.values())
        allowed = max((transport.limits.connections for transport in self._transports), default=1)
        most = max(1, allowed // self._process.processes)
        wanted = min(most, self._growth.wanted(answers))
        # The first window does without company: most mailings of a small publication are one.
        if not self._lanes or self._lanes.under_way >= len(self._lanes):
            while len(self._lanes) < (wanted if self._lanes else 1):
                self._lanes.open_another()

    def _note(self, taken: Taken, wanted: int) -> None:
        """What the turn says of the time until the next one."""
        self._objection = self._objection or taken.objection
        if self._objection or taken.goes is False:
            self._clearance.revoke()
        elif taken.goes:
            self._clearance.grant()
        if taken.next_at is not None:
            wait = (taken.next_at - clock.now()).total_seconds()
            self._dry_until = clock.monotonic() + max(0.01, wait)
        elif wanted and not taken.windows:
            self._dry_until = math.inf

    def _stays(self, taken: Taken) -> bool:
        """Whether something can be reserved again before this drain is over; until then it waits."""
        if self._over() or not taken.goes or self._dry_until >= self._until:
            return False
        clock.sleep(max(0.0, min(self._dry_until - clock.monotonic(), POLL_SECONDS)))
        # A throttled mailing does not keep a process from others that wait for one.
        return not broker.waiting(Queue.BULK)

    def _collect(self) -> list[Done]:
        """The windows that are done; until there is one, see whether the mailing still goes."""
        while self._lanes.under_way:
            if done := self._lanes.collect(POLL_SECONDS):
                for each in done:
                    self._failure = self._failure or each.error
                return done
            if self._goes() and not self._objection:
                self._clearance.grant()
            if self._lanes.room and 0 < self._dry_until < clock.monotonic():
                break
        return []

    def _turn_over(self, done: list[Done], wanted: int) -> Taken:
        """One turn; while there is something to settle, it is repeated until that is in."""
        if not done and not wanted:
            return Taken(goes=self._goes())
        pauses = chain(SETTLE_PAUSES_SECONDS, repeat(SETTLE_PAUSES_SECONDS[-1]))
        while True:
            taken, pause = Taken(), next(pauses)
            try:
                # The mailing's row is written once, at the end of the turn.
                with self._process.sessions(autoflush=False) as session:
                    taken = self._take(session, done, wanted)
                    session.commit()
            except Exception as error:
                # Whether the commit arrived may be unknown: the tallies stay, and recovery reads them.
                for window in taken.windows:
                    window.tally.close()
                self._process.context.guard.in_doubt = True
                if not isinstance(error, AWAY):
                    self._failure = self._failure or error
                    if not wanted:
                        raise
                elif not done:
                    log.warning("nothing is reserved: the database is away", error=str(error))
                    return Taken(goes=None)
                if self._process.stopping.is_set() and pause >= PATIENCE_SECONDS:
                    raise  # recovery reads the tallies as well
                log.warning("settling is repeated", mailing=self._mailing_id, error=str(error))
                wanted = 0
                clock.sleep(pause)
            else:
                self._committed(done, taken)
                return taken

    def _take(self, session: Session, done: list[Done], wanted: int) -> Taken:
        mailing = lock(session, self._mailing_id)
        if wanted and clock.monotonic() - self._looked_at > LOOK_SECONDS:
            try:
                self._look(session, mailing)
            except DomainError as error:  # a key or a setting that somebody has to mend
                auto_pause(session, mailing, error.message)
        sender = self._letter.sender if self._letter else ""
        size = self._growth.window_size(self._process.window_size)
        turn = Turn(session, mailing, self._process.context, self._transports, sender, size)
        return turn.take(done, wanted)

    def _look(self, session: Session, mailing: Mailing) -> None:
        """What somebody may change at the desk while the mailing goes."""
        self._looked_at = clock.monotonic()
        self._transports = self._process.transports(session)
        if self._letter is None and mailing.state is MailingState.SENDING:
            process = self._process
            self._letter = read_mailing_message(
                session, mailing, process.links, process.secrets, process.bounce_domain
            )

    def _committed(self, done: list[Done], taken: Taken) -> None:
        # First: whatever fails from here on, the tallies of what was reserved must not stay locked.
        self._open |= {window.id: window for window in taken.windows}
        if failpoints.armed:
            failpoints.reach("turn.committed")
        for each in done:
            del self._open[each.window.id]
            self._answers += each.window.tally.answers
            each.window.tally.discard()
        if taken.windows:
            self._process.context.guard.remember(self._mailing_id, taken.reservations)

    def _goes(self) -> bool | None:
        """Whether nobody paused or cancelled the mailing; None when the database does not answer."""
        try:
            with reading(), self._process.sessions() as session:
                control = session.scalar(select(Mailing.control).where(Mailing.id == self._mailing_id))
        except DBAPIError:
            return None
        if control is not Control.GO:
            self._clearance.revoke()
        return control is Control.GO

    def _send(self, window: Window) -> Trouble | None:
        """In a lane: put a window to its transport."""
        assert self._letter is not None  # noqa: S101 - read before the first window was reserved
        if window.transport.key in self._troubled:
            return None
        may_start = self._clearance.within(window.start_before)
        trouble = transmit(window, self._letter, self._process.connections, may_start)
        if trouble is not None:
            self._troubled.add(window.transport.key)
        return trouble

    def _hold(self, objection: str) -> None:
        """Every mailing waits for a person. Asked again over a fresh connection: the file may be another."""
        guard = self._process.context.guard
        self._process.sessions.kw["bind"].dispose()
        with self._process.sessions() as session:
            guard.in_doubt = True
            # Without its lock: all are locked in their order.
            if guard.objection(session, find(session, self._mailing_id)):
                log.error("every mailing is held", reason=objection)
                auto_pause_all(session, objection)
                session.commit()
                guard.accept(session)
