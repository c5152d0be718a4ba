"""Run periodic checks: each at its own period, and one that fails keeps no other from running."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import structlog
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.sending.hosts import Watch
from newsletter.subscribers.personal_files import PersonalFiles
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.tracking.stream import HitStream

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
# How often beat ticks.
TICK_SECONDS = 10.0


@dataclass
class CheckContext:
    """What the checks work with.

    recovery_seconds: the period of recovery, a setting (15 seconds).
    spamassassin_url: a setting; empty: there is none.
    has_imap:         whether there is a mailbox whose mail is to be taken in.
    hits:             where web processes put what they see of tracked links.
    files:            those that people are erased from; without them nobody is erased.
    links:            what leads to this installation; without them no mailing is scheduled.
    """

    sessions: sessionmaker[Session]
    bulk_processes: int
    tally_dir: Path
    data_dir: Path
    unsubscribes: UnsubscribeSpool
    recovery_seconds: float
    has_imap: bool = False
    spamassassin_url: str = ""
    hits: HitStream | None = None
    links: Links | None = None
    files: PersonalFiles | None = None
    watch: Watch = field(default_factory=Watch)


class Period(Enum):
    """How often a check runs."""

    ALWAYS = "always"  # whenever somebody looks what is due, which the timer does twice a second
    SWEEP = "sweep"  # every `SWEEP_SECONDS`
    RECOVERY = "recovery"  # every `CheckContext.recovery_seconds`
    MINUTE = "minute"
    HOUR = "hour"


@dataclass(frozen=True)
class Check:
    """One check, its period, and what happens without it."""

    run: Callable[[CheckContext], object]
    period: Period
    why: str


def in_transaction(work: Callable[[Session], object]) -> Callable[[CheckContext], None]:
    """A check that does `work` in a transaction of its own."""

    def run(context: CheckContext) -> None:
        with context.sessions() as session:
            work(session)
            session.commit()

    return run


class CheckRunner:
    """Runs the checks when they are due; one that fails is tried again when it is due the next time."""

    def __init__(self, context: CheckContext, checks: Sequence[Check]) -> None:
        self._context, self._checks = context, checks
        self._ran_at = dict.fromkeys(Period, float("-inf"))  # monotonic

    def run_due(self) -> bool:
        """Run what is due. Whether the sweep was complete: it was due, and no check of it failed."""
        periods = [period for period in Period if self._is_due(period)]
        failed = {check.period for check in self._checks if check.period in periods and not self._run(check)}
        for period in periods:
            self._ran_at[period] = clock.monotonic()
        return Period.SWEEP in periods and Period.SWEEP not in failed

    def sweep_if_late(self) -> None:
        """Beat's tick: run the sweep if nobody has since the last tick, so that the two do not both do it."""
        if clock.monotonic() - self._ran_at[Period.SWEEP] >= TICK_SECONDS:
            for check in self._checks:
                if check.period is Period.SWEEP:
                    self._run(check)

    def _is_due(self, period: Period) -> bool:
        seconds = {
            Period.ALWAYS: 0.0,
            Period.SWEEP: SWEEP_SECONDS,
            Period.RECOVERY: self._context.recovery_seconds,
            Period.MINUTE: 60.0,
            Period.HOUR: 3_600.0,
        }
        return clock.monotonic() - self._ran_at[period] >= seconds[period]

    def _run(self, check: Check) -> bool:
        try:
            check.run(self._context)
        except Exception:
            log.exception("a check failed; it is tried again", why=check.why)
            return False
        return True
