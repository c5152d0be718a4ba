"""Drain a mailing: send window after window for a while, then let other mailings have their turn.

The calling thread talks to the database: it takes one turn after the other, each a transaction that settles
the windows that were sent and reserves fresh ones, while the lanes send those that were reserved before.
Nothing that a lane does waits for the database.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.errors import DomainError
from newsletter.core.links import Links
from newsletter.core.queue import Queue, broker
from newsletter.core.shutdown import ShutdownFlag
from newsletter.mailings.lifecycle import lock
from newsletter.mailings.models import Mailing
from newsletter.sending.commit_turn import TurnCommitter
from newsletter.sending.concurrency import Concurrency
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.control import auto_pause
from newsletter.sending.identical_refusals import RefusalRows
from newsletter.sending.lanes import FinishedWindow, Lanes
from newsletter.sending.live_settings import LiveSettings
from newsletter.sending.mailing_message import MailingMessage, read_mailing_message
from newsletter.sending.permission import Permission, read_permission
from newsletter.sending.reserve import Window
from newsletter.sending.restore_guard import RestoreGuard, pause_all_if_restored
from newsletter.sending.send_lease import POLL_SECONDS, SendLease
from newsletter.sending.transmit import TransportFailure, transmit
from newsletter.sending.turn import ReservationContext, Turn, TurnResult, UnsubscribesWait
from newsletter.subscribers.replay_unsubscribes import replay
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.transports.transport_config import TransportConfig

FAILED = "This program failed while it was sending; its log says where"
# When more can be reserved within this time the job is published again; later than that the sweep does it.
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
    connections: ConnectionPool
    tally_dir: Path
    host: str
    window_size: int
    unsubscribes: UnsubscribeSpool
    processes: int = 1
    bounce_domain: str = ""
    concurrency: Concurrency = field(default_factory=Concurrency)
    stopping: ShutdownFlag = field(default_factory=ShutdownFlag)
    refusals: RefusalRows = field(default_factory=RefusalRows)

    @cached_property
    def context(self) -> ReservationContext:
        guard = RestoreGuard(self.tally_dir)
        return ReservationContext(self.tally_dir, self.host, guard, self.unsubscribes)

    def drain(self, mailing_id: int, seconds: float) -> bool:
        """Send windows of a mailing for `seconds`; True when there was still something to send then."""
        return _Drain(self, mailing_id, clock.monotonic() + seconds).run()

    def read_message(self, session: Session, mailing: Mailing) -> MailingMessage:
        """The message of a mailing that is being sent. Raises `SessionFailed` (a key cannot be read)."""
        return read_mailing_message(session, mailing, self.links, self.secrets, self.bounce_domain)


class _Drain:
    """One drain of one mailing, until `until` (monotonic)."""

    def __init__(self, process: SendingProcess, mailing_id: int, until: float) -> None:
        self._process = process
        self._mailing_id = mailing_id
        self._until = until
        self._settings = LiveSettings(process.transports, process.read_message)
        self._lease = SendLease(process.stopping)
        self._lanes = Lanes(self._send)
        self._committer = TurnCommitter(
            self._open_session, self._turn, process.context.guard, process.stopping
        )
        self._skipped: set[str] = set()  # transports that failed, whose other windows need not be tried
        self._reserve_after = 0.0  # monotonic: before then nothing can be reserved
        self._failure: BaseException | None = None
        self._objection = ""  # why this database is not to be sent from

    def run(self) -> bool:
        """Whether there is still something to send that can be reserved soon."""
        self._process.context.begin_drain()
        self._process.concurrency.begin()
        finished: list[FinishedWindow] = []
        try:
            while True:
                # 1. How many windows the lanes have use for; none once this drain is over.
                wanted = 0 if self._is_over() else self._wanted_windows()
                # 2. In one transaction, settle the windows that were sent and reserve fresh ones.
                turn = self._take_turn(finished, wanted)
                # 3. Let messages start as long as the mailing may send.
                self._heed(turn)
                # 4. Note when more can be reserved.
                self._plan_reservation(turn, wanted)
                # 5. Hand the fresh windows to the lanes.
                self._start_sending(turn.windows)
                # 6. With nothing under way, wait until more can be reserved, or end.
                if not self._lanes.under_way and not self._waits_for_more(turn):
                    break
                # 7. Wait for a window that was sent, and see meanwhile whether the mailing may still send.
                finished = self._collect()
        finally:
            # 8. Let the lanes come to their end; what could not be settled is left to recovery.
            self._lease.revoke()
            self._lanes.close()
            self._committer.leave_to_recovery()
        # 9. Have the mailing wait for a person if something is wrong.
        self._report()
        return turn.permission is Permission.GO and self._reserve_after < clock.monotonic() + SOON_SECONDS

    def _is_over(self) -> bool:
        time_is_up = clock.monotonic() >= self._until
        return time_is_up or self._process.stopping.is_set() or self._failure is not None

    def _wanted_windows(self) -> int:
        if clock.monotonic() < self._reserve_after:
            return 0
        self._process.concurrency.open_lanes(
            self._lanes, self._committer.answers, self._settings.transports, self._process.processes
        )
        return self._lanes.room

    def _take_turn(self, finished: list[FinishedWindow], wanted: int) -> TurnResult:
        if not finished and not wanted:
            return TurnResult(permission=self._read_permission())
        return self._committer.commit(finished, wanted)

    def _open_session(self) -> Session:
        return self._process.sessions(autoflush=False)  # the mailing's row is written once, at the end

    def _turn(self, session: Session, finished: Sequence[FinishedWindow], wanted: int) -> TurnResult:
        """One turn in an open transaction, which the caller commits."""
        # Before that transaction begins: SQLite has one writer at a time.
        if wanted and not replay(self._process.unsubscribes, self._process.sessions):
            raise UnsubscribesWait
        mailing = lock(session, self._mailing_id)
        if wanted:
            try:
                self._settings.refresh(session, mailing)
            except DomainError as error:
                auto_pause(session, mailing, error.message)
        size = self._process.concurrency.window_size(self._process.window_size)
        settings = self._settings
        turn = Turn(session, mailing, self._process.context, settings.transports, settings.sender, size)
        return turn.take(finished, wanted)

    def _heed(self, turn: TurnResult) -> None:
        self._failure = self._failure or turn.failure
        self._objection = self._objection or turn.objection
        if self._objection or turn.permission is Permission.STOP:
            self._lease.revoke()
        elif turn.permission is Permission.GO:
            self._lease.renew()

    def _plan_reservation(self, turn: TurnResult, wanted: int) -> None:
        if turn.next_at is not None:
            wait = (turn.next_at - clock.now()).total_seconds()
            self._reserve_after = clock.monotonic() + max(0.01, wait)
        elif wanted and not turn.windows:
            self._reserve_after = math.inf

    def _start_sending(self, windows: Sequence[Window]) -> None:
        for window in windows:
            self._skipped.discard(window.transport.key)  # its cooldown is over
            self._lanes.put(window)

    def _waits_for_more(self, turn: TurnResult) -> bool:
        """Wait until more can be reserved; False when that is not before this drain is over."""
        may_send = turn.permission is Permission.GO
        if self._is_over() or not may_send or self._reserve_after >= self._until:
            return False
        clock.sleep(max(0.0, min(self._reserve_after - clock.monotonic(), POLL_SECONDS)))
        # A throttled mailing does not keep a process from others that wait for one.
        return not broker.waiting(Queue.BULK)

    def _collect(self) -> list[FinishedWindow]:
        """The windows that were sent; none when there is more to reserve first."""
        while self._lanes.under_way:
            if finished := self._lanes.collect(POLL_SECONDS):
                self._failure = self._failure or next((each.error for each in finished if each.error), None)
                return finished
            if self._read_permission() is Permission.GO and not self._objection:
                self._lease.renew()
            if self._lanes.room and 0 < self._reserve_after < clock.monotonic():
                break
        return []

    def _read_permission(self) -> Permission:
        permission = read_permission(self._process.sessions, self._mailing_id)
        if permission is Permission.STOP:
            self._lease.revoke()
        return permission

    def _send(self, window: Window) -> TransportFailure | None:
        """Send a window; called by the lanes, in their threads."""
        assert self._settings.message is not None  # noqa: S101 - read before the first window was reserved
        if window.transport.key in self._skipped:
            return None
        may_start = self._lease.within(window.start_before)
        process = self._process
        failure = transmit(window, self._settings.message, process.connections, may_start, process.refusals)
        if failure is not None:
            self._skipped.add(window.transport.key)
        return failure

    def _report(self) -> None:
        """Raise what failed here; have every mailing wait when the database may be another one."""
        sessions = self._process.sessions
        if self._failure is not None:
            _pause_after(self._failure, sessions, self._mailing_id)
            raise self._failure
        if self._objection:
            pause_all_if_restored(sessions, self._process.context.guard, self._mailing_id, self._objection)


def _pause_after(error: BaseException, sessions: sessionmaker[Session], mailing_id: int) -> None:
    """Disks and databases recover; what else fails fails again, so the mailing waits for somebody."""
    if isinstance(error, OSError | DBAPIError):
        return
    with sessions() as session:
        auto_pause(session, lock(session, mailing_id), f"{FAILED} ({type(error).__name__}: {error}).")
        session.commit()
