"""The transactional queue: system messages, for people who are waiting for them."""

from functools import partial

from celery.signals import worker_process_shutdown

from newsletter import jobs
from newsletter.outbox.connection import Connection
from newsletter.sending import transactional
from newsletter.smtp.session import Session, SessionFailed, open_session
from newsletter.smtp.url import Relay
from newsletter.transports.find import relay_in_use
from workers.app import runtime
from workers.handles import handles


class _Way:
    """This process's way to the relay; nothing is opened before the first message."""

    def __init__(self) -> None:
        self._relay: Relay | SessionFailed | None = None
        self._connection: Connection | None = None

    def now(self) -> Connection:
        """The connection to the relay as it is set now; one to an earlier relay is closed."""
        settings = runtime().settings
        relay = relay_in_use(runtime().sessions, settings.secrets, settings.effective_smtp_url)
        # Two failures are the same trouble: only another relay ends the rest that a connection takes.
        changed = relay != self._relay and not isinstance(relay, SessionFailed)
        if self._connection is None or changed or type(relay) is not type(self._relay):
            self.close()
            self._relay, self._connection = relay, Connection(partial(_open, relay))
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _open(relay: Relay | SessionFailed) -> Session:
    if isinstance(relay, SessionFailed):
        raise relay
    return open_session(relay, runtime().settings.mail_name)


way = _Way()


@handles(jobs.send_system_message)
def send_system_message(message_id: int) -> None:
    """Send one system message, unless another worker has it or it is not due."""
    transactional.send_system_message(
        runtime().sessions,
        message_id,
        connection=way.now(),
        links=runtime().links,
        organisation=runtime().settings.organisation,
    )


@worker_process_shutdown.connect
def _say_goodbye(**_: object) -> None:
    way.close()
