"""The periodic queue's work on mail that comes in, and on what comes back of mailings."""

import structlog

from newsletter import jobs
from newsletter.audit import SYSTEM
from newsletter.core.errors import DomainError
from newsletter.feedback import refusals, rejudge
from newsletter.incoming.receive import Receiver
from workers.app import runtime, settings
from workers.handles import handles

log = structlog.get_logger(__name__)


@handles(jobs.poll_mailbox)
def poll_mailbox() -> None:
    """Take the mail that waits by IMAP."""
    from newsletter.incoming import imap  # its library is only of use where there is such a mailbox

    if url := settings().imap_url:
        receiver = Receiver(runtime().sessions, runtime().links)
        try:
            imap.poll(imap.read_imap_url(url.get_secret_value()), receiver)
        except DomainError as error:
            log.warning(error.message)


@handles(jobs.take_refusals)
def take_refusals() -> None:
    refusals.take_refusals(runtime().sessions)


@handles(jobs.rejudge_feedback)
def rejudge_feedback() -> None:
    rejudge.rejudge(runtime().sessions, actor=SYSTEM)
