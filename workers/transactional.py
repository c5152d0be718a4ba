"""The transactional queue: system messages, for people who are waiting for them."""

from functools import cache, partial

from newsletter import jobs
from newsletter.deferred.decide import decide
from newsletter.deferred.mail_domain import domain_to_check, takes_mail
from newsletter.sending import transactional
from newsletter.sending.single_delivery import SingleDelivery
from newsletter.transports.find import usable_transports
from workers.app import runtime
from workers.connections import connections
from workers.handles import handles
from workers.shutdown import ending_on_term


@cache
def delivery() -> SingleDelivery:
    """How this process delivers; made with its first message, after the fork."""
    given, sessions = runtime().settings, runtime().sessions
    find_transports = partial(usable_transports, sessions, given.secrets, given.effective_smtp_url)
    return SingleDelivery(sessions, connections(), find_transports)


@handles(jobs.send_system_message)
def send_system_message(message_id: int) -> None:
    """Send one system message, unless another worker has it or it is not due."""
    with ending_on_term():
        transactional.send_system_message(
            runtime().sessions,
            message_id,
            delivery=delivery(),
            links=runtime().links,
            organisation=runtime().settings.organisation,
            secrets=runtime().settings.secrets,
        )


@handles(jobs.decide_request)
def decide_request(request_id: int) -> None:
    """Sign somebody up, or send them a link, as they asked for."""
    with runtime().session() as session:
        domain = domain_to_check(session, request_id)
        session.rollback()  # the DNS may take its time
        decide(session, request_id, takes_mail=not domain or takes_mail(domain))
        session.commit()
