"""A turn: one transaction in which the windows that are done are settled and fresh ones reserved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.mailings.models import Control, DeliveryRetry, Mailing, MailingState, Outcome
from newsletter.sending import circuit_breaker, control, failpoints, rate_limit
from newsletter.sending.lanes import Done
from newsletter.sending.mass_deferral import mass_deferral
from newsletter.sending.reserve import Window, reserve
from newsletter.sending.restore_guard import RestoreGuard
from newsletter.sending.settle import settle
from newsletter.transports.choose import Wait, choose
from newsletter.transports.cooldown import recovered, rest
from newsletter.transports.quota import give_back, lock_quota, take, take_less
from newsletter.transports.transport_config import TransportConfig

# Who was silent for so long asks before going on: readers, and the world, may have changed meanwhile.
SILENT_FOR = timedelta(hours=1)
# Somebody else took what the transport still allowed.
ASK_AGAIN = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)
# Keeping to a pace is no news; what lasts longer than this is.
TOLD_AFTER = timedelta(seconds=10)


@dataclass(frozen=True)
class ReservationContext:
    """What one process reserves with. `well`: transports whose rests, if any, are known to be forgotten."""

    tally_dir: Path
    host: str
    guard: RestoreGuard
    well: set[str] = field(default_factory=set)


@dataclass
class Taken:
    """What a turn brought.

    `goes`: the mailing may send; None: nobody knows. `next_at`: when to ask again for more; None: when
    somebody rings. `objection`: why this database is not to be sent from. `reservations`: how many the
    mailing has seen.
    """

    windows: list[Window] = field(default_factory=list)
    goes: bool | None = False
    next_at: datetime | None = None
    objection: str = ""
    reservations: int = 0


@dataclass(frozen=True)
class Turn:
    """One turn of a mailing, whose lock the caller holds and whose transaction it commits."""

    session: Session
    mailing: Mailing
    context: ReservationContext
    transports: Sequence[TransportConfig]
    sender: str
    size: int  # of a window, at the most

    def take(self, done: Sequence[Done], wanted: int) -> Taken:
        """Settle `done`, reserve up to `wanted` windows.

        Raises what `reserve` raises; then no window of this turn is left open.
        """
        stood_still = self._stood_still()  # before: what is settled now is no sign of life since
        limited = {
            transport.key
            for transport in (*self.transports, *(each.window.transport for each in done))
            if transport.limits.are_counted
        }
        if len(limited) > 1:
            lock_quota(self.session, limited)  # in one order, whoever gives back here and takes there
        refused = [self._settle(each) for each in done]
        if done:
            self.mailing.last_turn_at = clock.now()
        if stood_still:
            self._ask_first()
        taken = Taken(goes=self._goes())
        if not taken.goes or not wanted:
            return taken
        taken.objection = self.context.guard.objection(self.session, self.mailing)
        if taken.objection or (any(refused) and circuit_breaker.pause_if_refused(self.session, self.mailing)):
            taken.goes = False
            return taken
        self._reserve(taken, wanted)
        taken.goes = self._goes()
        return taken

    def _settle(self, each: Done) -> bool:
        """Whether somebody in the window was rejected."""
        window, lines = each.window, each.window.tally.lines()
        settle(self.session, self.mailing, window.id, lines)
        ends = Counter(line.outcome for line in lines.values())
        trouble = each.trouble or mass_deferral(window, lines)
        if trouble is not None:
            rest(
                self.session,
                window.transport.key,
                trouble.sender,
                trouble.message,
                temporary=trouble.temporary,
                now=clock.now(),
            )
            self.context.well.discard(window.transport.key)
        elif ends[Outcome.SENT] and window.transport.key not in self.context.well:
            recovered(self.session, window.transport.key, self.sender)
            self.context.well.add(window.transport.key)
        if window.transport.limits.are_counted:
            untouched = sum(not line.attempted for line in lines.values())
            give_back(self.session, window.transport.key, untouched, window.day)
        return ends[Outcome.REJECTED] > 0

    def _goes(self) -> bool:
        return self.mailing.state is MailingState.SENDING and self.mailing.control is Control.GO

    def _stood_still(self) -> bool:
        """Whether it went and nothing happened for so long that a person has to say that it may go on."""
        latest = max(filter(None, (self.mailing.last_turn_at, self.mailing.not_before)), default=None)
        return latest is not None and self._goes() and clock.now() - latest >= SILENT_FOR

    def _ask_first(self) -> None:
        """Unless all have had a turn: who waits for another one may wait for longer than that."""
        if not self._somebody_is_untouched():
            return
        why = "Nothing was sent for more than an hour, and nobody had paused it. Resume it to go on."
        control.auto_pause(self.session, self.mailing, why)

    def _somebody_is_untouched(self) -> bool:
        if self.mailing.next_seq <= self.mailing.members:
            return True
        if any(transport.limits.provider_limits for transport in self.transports):
            return False  # a line towards a provider may be that long
        untouched = select(DeliveryRetry.seq).where(
            DeliveryRetry.mailing_id == self.mailing.id,
            DeliveryRetry.window_id.is_(None),
            DeliveryRetry.attempts == 0,
        )
        return self.session.scalar(untouched.limit(1)) is not None

    def _reserve(self, taken: Taken, wanted: int) -> None:
        mailing = self.mailing
        mailing.waiting_for, mailing.not_before = "", None
        try:
            while len(taken.windows) < wanted and self._reserve_one(taken):
                pass
            if taken.windows:
                mailing.reservations += 1
                mailing.last_turn_at = clock.now()
            self.session.flush()
            if failpoints.armed:
                failpoints.reach("turn.committing")
        except BaseException:
            for window in taken.windows:
                window.tally.discard()
            raise
        taken.reservations = mailing.reservations

    def _reserve_one(self, taken: Taken) -> bool:
        """Reserve another window into `taken`; False when there is none to be had now."""
        now = clock.now()
        allowed, free_at = rate_limit.allow(self.mailing, self.size, now)
        if not allowed:
            taken.next_at = free_at
            return False
        found = choose(self.session, self.transports, self.sender, now)
        if isinstance(found, Wait):
            if not taken.windows:
                self._wait(found, taken)
            return False
        allowed = take(self.session, found, allowed, now)
        if not allowed:
            taken.next_at = now + ASK_AGAIN
            return False
        window = reserve(
            self.session,
            self.mailing,
            found,
            allowed,
            tally_dir=self.context.tally_dir,
            host=self.context.host,
        )
        used = len(window.recipients) if window else 0
        if used < allowed:
            take_less(self.session, found, allowed - used)
        if window is None:
            return False
        rate_limit.spend(self.mailing, used, now)
        taken.windows.append(window)
        return True

    def _wait(self, found: Wait, taken: Taken) -> None:
        """No transport takes anything: until it does, or until somebody mends what is wrong."""
        taken.next_at = found.until
        if found.until is None:
            control.auto_pause(self.session, self.mailing, found.sentence)
        else:
            # Somebody may resume a transport, or change its hours: it is asked again before long.
            now = clock.now()
            self.mailing.not_before = min(found.until, now + LONGEST_WAIT)
            self.mailing.waiting_for = found.sentence if found.until - now > TOLD_AFTER else ""
