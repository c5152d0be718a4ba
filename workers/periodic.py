"""The periodic queue, and the timer that needs no broker: sweeping and recovering from the database alone."""

import threading
from typing import Any

import structlog
from celery.signals import celeryd_after_setup

from newsletter import jobs
from newsletter.core import clock
from newsletter.runtime import Runtime
from newsletter.sending import failpoints
from newsletter.sending.hosts import Watch, beat, host_id
from newsletter.sending.recover import delete_old_tallies, recover
from newsletter.sending.sweep import sweep as sweep_database
from newsletter.subscribers.imports.waiting import ring_for_waiting
from newsletter.subscribers.pause import resume_due
from workers import heartbeats
from workers.app import app, runtime, settings
from workers.handles import handles

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0


@handles(jobs.sweep)
def sweep() -> None:
    sweep_database(runtime().sessions, settings().bulk_processes)
    ring_for_waiting(runtime().sessions)


@celeryd_after_setup.connect
def _start_timer(**_: Any) -> None:
    if jobs.sweep.queue.value in app.amqp.queues.consume_from:
        failpoints.arm(settings().failpoints)
        threading.Thread(target=_tick_for_ever, name="timer", daemon=True).start()


def _tick_for_ever() -> None:
    own, watch = Runtime(settings()), Watch()
    recovered_at = float("-inf")
    while True:
        try:
            sweep_database(own.sessions, settings().bulk_processes)
            ring_for_waiting(own.sessions)
            heartbeats.swept.set()
            if clock.monotonic() - recovered_at >= settings().recovery_seconds:
                recovered_at = clock.monotonic()
                _keep_house(own, watch)
        except Exception:
            log.exception("the timer's round failed; the next one tries again")
        clock.sleep(SWEEP_SECONDS)


def _keep_house(own: Runtime, watch: Watch) -> None:
    folder = settings().tally_dir
    host = host_id(folder)
    with own.session() as session:
        beat(session, host)
        resume_due(session)
        session.commit()
    recover(own.sessions, host, watch)
    delete_old_tallies(folder)
