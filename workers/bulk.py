"""The bulk queue: freezing and draining mailings."""

from functools import cache, partial

from newsletter import jobs
from newsletter.sending.drain import SendingProcess
from newsletter.sending.freeze import freeze
from newsletter.sending.hosts import beat, host_id
from newsletter.subscribers.unsubscribe_spool import UnsubscribeSpool
from newsletter.transports.find import transport_configs
from workers.app import runtime, settings
from workers.connections import connections
from workers.handles import handles
from workers.shutdown import ending_on_term, stopping

TURN_SECONDS = 20  # short enough that mailings share and a warm shutdown ends in time


@cache
def process() -> SendingProcess:
    """What this process sends with; made on its first drain, after the fork."""
    given = settings()
    return SendingProcess(
        sessions=runtime().sessions,
        links=runtime().links,
        secrets=given.secrets,
        transports=partial(transport_configs, secrets=given.secrets, smtp_url=given.effective_smtp_url),
        connections=connections(),
        tally_dir=given.tally_dir,
        host=host_id(given.tally_dir),
        window_size=given.window_size,
        unsubscribes=UnsubscribeSpool(given.unsubscribe_dir),
        processes=given.bulk_processes,
        bounce_domain=given.bounce_domain,
        stopping=stopping,
    )


@handles(jobs.freeze_mailing)
def freeze_mailing(mailing_id: int) -> None:
    if freeze(runtime().sessions, mailing_id, runtime().links):
        for _ in range(settings().bulk_processes):
            jobs.drain_mailing.publish(mailing_id=mailing_id)


@handles(jobs.drain_mailing)
def drain_mailing(mailing_id: int) -> None:
    sending = process()
    with runtime().session() as session:
        beat(session, sending.host)  # also where no periodic worker runs: its windows must not look lost
        session.commit()
    with ending_on_term():
        more = sending.drain(mailing_id, TURN_SECONDS)
    if more:
        jobs.drain_mailing.publish(mailing_id=mailing_id)
