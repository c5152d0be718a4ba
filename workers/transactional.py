"""The transactional queue: system messages, for people who are waiting for them."""

from functools import partial

from celery.signals import worker_process_shutdown

from newsletter import jobs
from newsletter.outbox.connection import Connection
from newsletter.sending import transactional
from newsletter.smtp.session import SessionFailed, SmtpSession
from newsletter.transports.find import usable_transports
from newsletter.transports.open import open_first
from newsletter.transports.transport_config import TransportConfig
from workers.app import runtime
from workers.handles import handles


class _Way:
    """This process's way to a relay; nothing is opened before the first message."""

    def __init__(self) -> None:
        self._transports: list[TransportConfig] | SessionFailed | None = None
        self._connection: Connection | None = None

    def now(self) -> Connection:
        """The connection to the best of the relays as they are set now; one to another is closed."""
        settings = runtime().settings
        transports = usable_transports(runtime().sessions, settings.secrets, settings.effective_smtp_url)
        # Two failures are the same trouble: only other relays end the rest that a connection takes.
        changed = transports != self._transports and not isinstance(transports, SessionFailed)
        if self._connection is None or changed or type(transports) is not type(self._transports):
            self.close()
            self._transports, self._connection = transports, Connection(partial(_open, transports))
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _open(transports: list[TransportConfig] | SessionFailed) -> SmtpSession:
    if isinstance(transports, SessionFailed):
        raise transports
    return open_first(runtime().sessions, transports, runtime().settings.mail_name)


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
        secrets=runtime().settings.secrets,
    )


@worker_process_shutdown.connect
def _say_goodbye(**_: object) -> None:
    way.close()
