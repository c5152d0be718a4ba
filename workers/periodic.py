"""The periodic queue, and the timer that needs no broker: both run the checks of `sending.checks`."""

import threading
from functools import cache
from typing import Any

from celery.signals import celeryd_after_setup

from newsletter import jobs
from newsletter.core import clock
from newsletter.monthly.make_due import MAKE_SUMMARIES
from newsletter.reports.checks import FURTHER_CHECKS
from newsletter.runtime import Runtime
from newsletter.sending import failpoints
from newsletter.sending.check_runner import CheckContext, CheckRunner
from newsletter.sending.checks import CHECKS
from newsletter.subscribers.personal_files import personal_files
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.tracking.stream import HitStream
from workers import heartbeats
from workers.app import app, settings
from workers.handles import handles

LOOK_SECONDS = 0.5  # between two looks at which checks are due


@cache
def checks() -> CheckRunner:
    """The checks of this process, with an engine of their own: the timer is a thread beside its jobs."""
    given = settings()
    runtime = Runtime(given)
    return CheckRunner(
        CheckContext(
            *(runtime.sessions, given.bulk_processes, given.tally_dir, given.data_dir),
            UnsubscribeSpool(given.unsubscribe_dir),
            given.recovery_seconds,
            has_imap=given.imap_url is not None,
            spamassassin_url=given.spamassassin_url,
            hits=HitStream(given.effective_redis_url),
            links=runtime.links,
            files=personal_files(given.data_dir, given.mailbox_dir, given.unsubscribe_dir),
        ),
        (*CHECKS, *FURTHER_CHECKS, MAKE_SUMMARIES),
    )


@handles(jobs.sweep)
def sweep() -> None:
    """Beat's tick. Where the timer ticks, there is nothing left to do."""
    checks().sweep_if_late()


@celeryd_after_setup.connect
def _start_timer(**_: Any) -> None:
    if jobs.sweep.queue.value in app.amqp.queues.consume_from:
        failpoints.arm(settings().failpoints)
        threading.Thread(target=_tick_for_ever, args=(checks(),), name="timer", daemon=True).start()


def _tick_for_ever(runner: CheckRunner) -> None:
    while True:
        if runner.run_due():
            heartbeats.swept.set()
        clock.sleep(LOOK_SECONDS)
