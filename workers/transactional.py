"""The transactional queue: system messages, for people who are waiting for them."""

from functools import cache

from celery.signals import worker_process_shutdown

from newsletter import jobs
from newsletter.outbox.connection import Connection
from newsletter.sending import transactional
from newsletter.smtp.session import open_session
from newsletter.smtp.url import parse_smtp_url
from workers.app import runtime
from workers.handles import handles


@cache
def connection() -> Connection:
    """This process's way to the relay; nothing is opened before the first message."""
    settings = runtime().settings
    relay = parse_smtp_url(settings.effective_smtp_url)
    return Connection(lambda: open_session(relay, settings.mail_name))


@handles(jobs.send_system_message)
def send_system_message(message_id: int) -> None:
    """Send one system message, unless another worker has it or it is not due."""
    transactional.send_system_message(
        runtime().sessions,
        message_id,
        connection=connection(),
        links=runtime().links,
        organisation=runtime().settings.organisation,
    )


@worker_process_shutdown.connect
def _say_goodbye(**_: object) -> None:
    if connection.cache_info().currsize:
        connection().close()
