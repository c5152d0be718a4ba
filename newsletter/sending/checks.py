"""Every check that finds and repairs what got lost, on one page: what it does, how often, and why.

The database is the truth and a job only a notification, so a task that was lost, a worker that was killed or
a Redis that was flushed costs seconds and no mail. The periodic worker of each host runs these checks by a
timer of its own (`workers.periodic`), which needs no broker. Beat's tick (`workers.schedule`) does the sweep
where that timer is late.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import structlog
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.cadence.prepare import prepare_due_issues
from newsletter.core import clock
from newsletter.core.queue import broker
from newsletter.curation.fetch_next import publish_fetch_jobs
from newsletter.curation.suggest import forget_senders
from newsletter.preflight.sender_checks.check import publish_sender_jobs
from newsletter.preflight.spam_checks.check import publish_spam_jobs
from newsletter.sending.hosts import Watch, beat, host_id
from newsletter.sending.recover import delete_old_tallies, recover
from newsletter.sending.refusals import publish_refusal_job
from newsletter.sending.sweep import (
    finish_mailings,
    publish_mailing_jobs,
    publish_request_jobs,
    publish_system_message_jobs,
)
from newsletter.subscribers.imports.confirm import remove_forgotten_uploads
from newsletter.subscribers.imports.files import ImportFiles
from newsletter.subscribers.imports.requeue import requeue_waiting_imports
from newsletter.subscribers.pause import resume_due
from newsletter.subscribers.replay_unsubscribes import replay
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.tracking.intake import take_hits
from newsletter.tracking.rejudge import purge, rejudge
from newsletter.tracking.spool import HitSpool
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
    further:          checks of the layers above.
    hits:             where web processes put what they see of tracked links.
    """

    sessions: sessionmaker[Session]
    bulk_processes: int
    tally_dir: Path
    data_dir: Path
    unsubscribes: UnsubscribeSpool
    recovery_seconds: float
    has_imap: bool = False
    spamassassin_url: str = ""
    further: "tuple[Check, ...]" = ()
    hits: HitStream | None = None
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


def _replay_unsubscribes(context: CheckContext) -> None:
    replay(context.unsubscribes, context.sessions)


def _sweep_mailings(context: CheckContext) -> None:
    publish_mailing_jobs(context.sessions, context.bulk_processes)


def _sweep_spam_checks(context: CheckContext) -> None:
    if context.spamassassin_url:
        publish_spam_jobs(context.sessions)


def _record_host(context: CheckContext) -> None:
    with context.sessions() as session:
        beat(session, host_id(context.tally_dir))
        session.commit()


def _recover_windows(context: CheckContext) -> None:
    recover(context.sessions, host_id(context.tally_dir), context.watch)


def _remove_forgotten_uploads(context: CheckContext) -> None:
    remove_forgotten_uploads(context.sessions, ImportFiles(context.data_dir))


def _resume_subscriptions(context: CheckContext) -> None:
    with context.sessions() as session:
        resume_due(session)
        session.commit()


def _forget_senders(context: CheckContext) -> None:
    with context.sessions() as session:
        forget_senders(session)
        session.commit()


def _poll_mailbox(context: CheckContext) -> None:
    if context.has_imap and broker.waiting(jobs.poll_mailbox.queue) == 0:
        jobs.poll_mailbox.publish()


CHECKS = (
    Check(
        _replay_unsubscribes,
        Period.ALWAYS,
        "A web server died with unsubscribes that it had answered while the database was away.",
    ),
    Check(
        lambda context: finish_mailings(context.sessions),
        Period.SWEEP,
        "The last holder of a mailing died after its last answer: nobody noticed that it is over.",
    ),
    Check(
        _sweep_mailings,
        Period.SWEEP,
        "A scheduled time came, a retry is due, or a job was lost: nobody works on a mailing.",
    ),
    Check(
        lambda context: publish_system_message_jobs(context.sessions),
        Period.SWEEP,
        "A system message is to be tried again, or its job was lost: somebody waits for it.",
    ),
    Check(
        lambda context: publish_request_jobs(context.sessions),
        Period.SWEEP,
        "The job of a sign-up or of a password reset was lost: somebody looks for the message.",
    ),
    Check(
        lambda context: requeue_waiting_imports(context.sessions),
        Period.SWEEP,
        "The worker of an import died, or its job was lost: nobody works on it.",
    ),
    Check(
        lambda context: publish_fetch_jobs(context.sessions),
        Period.SWEEP,
        "The worker that read a page died, or its job was lost: its entry would be fetched for ever.",
    ),
    Check(
        lambda context: (
            context.hits and take_hits(context.sessions, context.hits, HitSpool(context.data_dir))
        ),
        Period.SWEEP,
        "Clicks on links have to be counted.",
    ),
    Check(
        lambda context: publish_sender_jobs(context.sessions),
        Period.RECOVERY,
        "A sender is new, or the DNS was asked hours ago: a review would say what is long mended.",
    ),
    Check(
        _sweep_spam_checks,
        Period.RECOVERY,
        "Somebody edited a draft: its review would say nothing about spam.",
    ),
    Check(
        _record_host,
        Period.RECOVERY,
        "Other hosts take this one for gone when its counter does not change, and settle its windows.",
    ),
    Check(
        _recover_windows,
        Period.RECOVERY,
        "A process died with a window reserved: its recipients would be in flight for ever.",
    ),
    Check(
        lambda context: delete_old_tallies(context.tally_dir),
        Period.RECOVERY,
        "Tallies of windows that somebody else settled stay behind: they would fill the disk.",
    ),
    Check(
        _remove_forgotten_uploads,
        Period.RECOVERY,
        "Somebody uploaded addresses and never confirmed their import: they would lie here for ever.",
    ),
    Check(
        _resume_subscriptions,
        Period.RECOVERY,
        "A reader's pause is over: they would never be written to again.",
    ),
    Check(
        lambda context: prepare_due_issues(context.sessions),
        Period.MINUTE,
        "The date of an issue comes near: nobody would begin it, or notice that it is not scheduled.",
    ),
    Check(
        _poll_mailbox,
        Period.MINUTE,
        "Mail waits in the mailbox of IMAP_URL: its server tells nobody.",
    ),
    Check(
        lambda context: publish_refusal_job(context.sessions),
        Period.RECOVERY,
        "A mailing is over: whoever was refused would be written to again and again.",
    ),
    Check(
        lambda context: rejudge(context.sessions),
        Period.MINUTE,
        "A rule that tells people and programs apart has changed: reports would mix what each says.",
    ),
    Check(
        lambda context: purge(context.sessions),
        Period.HOUR,
        "Somebody followed a link long ago: when that was would be kept for ever.",
    ),
    Check(
        _forget_senders,
        Period.HOUR,
        "Somebody mailed or suggested a link long ago: who that was would be kept for ever.",
    ),
)


class CheckRunner:
    """Runs the checks when they are due; one that fails is tried again when it is due the next time."""

    def __init__(self, context: CheckContext) -> None:
        self._context = context
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

    @property
    def _checks(self) -> tuple[Check, ...]:
        return (*CHECKS, *self._context.further)

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
