"""The bulk queue: freezing and draining mailings."""

from functools import cache, partial

from celery.signals import worker_process_shutdown

from newsletter import jobs
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.sending.hosts import beat, host_id
from newsletter.transports.find import transport_configs
from workers.app import runtime, settings
from workers.ending import when_asked_to_end
from workers.handles import handles

TURN_SECONDS = 20  # short enough that mailings share and a warm shutdown ends in time
REPLIES_SECONDS = 4  # after a TERM, how long replies that are on their way are waited for


@cache
def process() -> SendingProcess:
    """What this process sends with; made on its first drain, after the fork."""
    given = settings()
    return SendingProcess(
        sessions=runtime().sessions,
        links=runtime().links,
        secrets=given.secrets,
        transports=partial(transport_configs, secrets=given.secrets, smtp_url=given.effective_smtp_url),
        connections=ConnectionPool(given.mail_name),
        tally_dir=given.tally_dir,
        host=host_id(given.tally_dir),
        window_size=given.window_size,
        processes=given.bulk_processes,
        bounce_domain=given.bounce_domain,
    )


@handles(jobs.freeze_mailing)
def freeze_mailing(mailing_id: int) -> None:
    if freeze(runtime().sessions, mailing_id, runtime().links):
        for _ in range(settings().bulk_processes):
            jobs.drain_mailing.ring(mailing_id=mailing_id)


@handles(jobs.drain_mailing)
def drain_mailing(mailing_id: int) -> None:
    sending = process()
    with runtime().session() as session:
        beat(session, sending.host)  # also where no periodic worker runs: its windows must not look lost
        session.commit()
    with when_asked_to_end(_stop_starting):
        more = sending.drain(mailing_id, TURN_SECONDS)
    if more:
        jobs.drain_mailing.ring(mailing_id=mailing_id)


@worker_process_shutdown.connect
def _say_goodbye(**_: object) -> None:
    if process.cache_info().currsize:
        process().connections.close()


def _stop_starting() -> None:
    """Start no further message, wait for replies only briefly, settle."""
    process().stopping.set()
    process().connections.hurry(REPLIES_SECONDS)
