"""A turn: one transaction in which the windows that were sent are settled and fresh ones reserved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.models import DeliveryRetry, Mailing, Outcome
from newsletter.sending import circuit_breaker, control, failpoints, rate_limit
from newsletter.sending.lanes import FinishedWindow
from newsletter.sending.mass_deferral import mass_deferral
from newsletter.sending.permission import Permission, permission_of
from newsletter.sending.requeue import give_back_rejected
from newsletter.sending.reserve import Window, reserve
from newsletter.sending.restore_guard import RestoreGuard
from newsletter.sending.settle import settle
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.transports.choose import Wait, choose
from newsletter.transports.cooldown import clear_expired, cool_down
from newsletter.transports.quota import lock_quota, release_reserved, release_unsent, reserve_quota
from newsletter.transports.transport_config import TransportConfig

# A mailing on which nothing happened for so long asks before going on: readers, and the world, may have
# changed meanwhile.
IDLE_LIMIT = timedelta(hours=1)
# Somebody else took what the transport still allowed.
ASK_AGAIN = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)
# Keeping to a rate is no news; a wait that lasts longer than this is.
SHOW_WAIT_AFTER = timedelta(seconds=10)
# Whoever was refused alike so shortly before it showed that everybody is was refused for the same reason.
REFUSED_TOGETHER = timedelta(minutes=15)


class UnsubscribesWait(Exception):
    """Somebody left whom the database does not know of yet: until it does, nothing is reserved here."""

    def __init__(self) -> None:
        super().__init__("unsubscribes wait in the spool of this host")


@dataclass(frozen=True)
class ReservationContext:
    """What one process reserves with. `healthy`: transports that are known to have no cooldown to forget."""

    tally_dir: Path
    host: str
    guard: RestoreGuard
    unsubscribes: UnsubscribeSpool
    healthy: set[str] = field(default_factory=set)

    def begin_drain(self) -> None:
        """Nothing is known any more: the database, and what others wrote into it, may have changed."""
        self.guard.in_doubt = True
        self.healthy.clear()


@dataclass
class TurnResult:
    """What a turn brought.

    `permission`: whether the mailing may send. `next_at`: when to ask again for more; None: when a
    job comes. `objection`: why this database is not to be sent from. `reservations`: how many the mailing has
    seen. `failure`: an error of ours, after which the turn was repeated without reserving.
    """

    windows: list[Window] = field(default_factory=list)
    permission: Permission = Permission.STOP
    next_at: datetime | None = None
    objection: str = ""
    reservations: int = 0
    failure: BaseException | None = None


@dataclass(frozen=True)
class Turn:
    """One turn of a mailing, whose lock the caller holds and whose transaction it commits."""

    session: Session
    mailing: Mailing
    context: ReservationContext
    transports: Sequence[TransportConfig]
    sender: str
    size: int  # of a window, at the most

    def take(self, finished: Sequence[FinishedWindow], wanted: int) -> TurnResult:
        """Settle `finished`, reserve up to `wanted` windows.

        Raises what `reserve` raises, and `UnsubscribesWait`; then no window of this turn is left open.
        """
        was_idle = self._was_idle()  # before: what is settled now is no sign of life since
        self._lock_quotas(finished)
        any_rejected = [self._settle(each) for each in finished]
        if finished:
            self.mailing.last_turn_at = clock.now()
        if was_idle:
            self._ask_first()
        turn = TurnResult(permission=permission_of(self.mailing))
        if turn.permission is not Permission.GO or not wanted:
            return turn
        turn.objection = self.context.guard.objection(self.session, self.mailing)
        paused = any(any_rejected) and circuit_breaker.pause_if_refused(self.session, self.mailing)
        if turn.objection or paused:
            turn.permission = Permission.STOP
            return turn
        self._reserve(turn, wanted)
        turn.permission = permission_of(self.mailing)
        return turn

    def _lock_quotas(self, finished: Sequence[FinishedWindow]) -> None:
        limited = {
            transport.key
            for transport in (*self.transports, *(each.window.transport for each in finished))
            if transport.limits.are_counted
        }
        if len(limited) > 1:
            lock_quota(self.session, limited)  # in one order, whoever gives back here and takes there

    def _settle(self, finished: FinishedWindow) -> bool:
        """Whether somebody in the window was rejected."""
        window, lines = finished.window, finished.window.tally.lines()
        transport = window.transport
        settle(self.session, self.mailing, window.id, lines)
        outcomes = Counter(line.outcome for line in lines.values())
        failure = finished.failure or mass_deferral(window, lines)
        if failure is not None:
            if failure.refusal is not None:
                since = clock.now() - REFUSED_TOGETHER
                give_back_rejected(self.session, self.mailing, failure.refusal, since)
            cool_down(
                self.session,
                transport.key,
                failure.sender,
                failure.message,
                temporary=failure.temporary,
                now=clock.now(),
            )
            self.context.healthy.discard(transport.key)
        elif outcomes[Outcome.SENT] and transport.key not in self.context.healthy:
            clear_expired(self.session, transport.key, self.sender)
            self.context.healthy.add(transport.key)
        if transport.limits.are_counted:
            untouched = sum(not line.attempted for line in lines.values())
            release_unsent(self.session, transport.key, untouched, window.day)
        return outcomes[Outcome.REJECTED] > 0

    def _was_idle(self) -> bool:
        """Whether it should have gone on and nothing happened for so long that a person has to confirm it."""
        latest = max(filter(None, (self.mailing.last_turn_at, self.mailing.not_before)), default=None)
        if latest is None or permission_of(self.mailing) is not Permission.GO:
            return False
        return clock.now() - latest >= IDLE_LIMIT

    def _ask_first(self) -> None:
        """Unless everybody had a turn: who waits for another one may wait for longer than that."""
        if not self._somebody_is_untouched():
            return
        why = "Nothing was sent for more than an hour, although it was not paused. Resume it to continue."
        control.auto_pause(self.session, self.mailing, why)

    def _somebody_is_untouched(self) -> bool:
        if self.mailing.next_seq <= self.mailing.members:
            return True
        if any(transport.limits.provider_limits for transport in self.transports):
            return False  # a queue towards a provider may be that long
        untouched = select(DeliveryRetry.seq).where(
            DeliveryRetry.mailing_id == self.mailing.id,
            DeliveryRetry.window_id.is_(None),
            DeliveryRetry.attempts == 0,
        )
        return self.session.scalar(untouched.limit(1)) is not None

    def _reserve(self, turn: TurnResult, wanted: int) -> None:
        mailing = self.mailing
        mailing.waiting_for, mailing.not_before = "", None
        try:
            while len(turn.windows) < wanted and self._reserve_one(turn):
                pass
            if turn.windows:
                mailing.reservations += 1
                mailing.last_turn_at = clock.now()
            self.session.flush()
            # After recipients were read: whoever was told before that they have left is seen here.
            if turn.windows and self.context.unsubscribes.waiting():
                raise UnsubscribesWait
            if failpoints.armed:
                failpoints.reach("turn.committing")
        except BaseException:
            for window in turn.windows:
                window.tally.discard()
            raise
        turn.reservations = mailing.reservations

    def _reserve_one(self, turn: TurnResult) -> bool:
        """Reserve another window into `turn`; False when there is none to be had now."""
        now = clock.now()
        allowed, free_at = rate_limit.allow(self.mailing, self.size, now)
        if not allowed:
            turn.next_at = free_at
            return False
        transport = choose(self.session, self.transports, self.sender, now)
        if isinstance(transport, Wait):
            if not turn.windows:
                self._wait(transport, turn)
            return False
        allowed = reserve_quota(self.session, transport, allowed, now)
        if not allowed:
            turn.next_at = now + ASK_AGAIN
            return False
        folder, host = self.context.tally_dir, self.context.host
        window = reserve(self.session, self.mailing, transport, allowed, tally_dir=folder, host=host)
        used = len(window.recipients) if window else 0
        if used < allowed:
            release_reserved(self.session, transport, allowed - used)
        if window is None:
            return False
        rate_limit.consume(self.mailing, used, now)
        turn.windows.append(window)
        return True

    def _wait(self, wait: Wait, turn: TurnResult) -> None:
        """No transport takes anything: until it does, or until somebody mends what is wrong."""
        turn.next_at = wait.until
        if wait.until is None:
            control.auto_pause(self.session, self.mailing, wait.sentence)
        else:
            # Somebody may resume a transport, or change its hours: it is asked again before long.
            now = clock.now()
            self.mailing.not_before = min(wait.until, now + LONGEST_WAIT)
            self.mailing.waiting_for = wait.sentence if wait.until - now > SHOW_WAIT_AFTER else ""
