"""What waits in the outbox is sent, as a worker does when the bell rings for each message."""

from collections.abc import Sequence

from sqlalchemy import select

from newsletter.outbox.connection import Connection
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.runtime import Runtime
from newsletter.sending.transactional import send_system_message
from newsletter.smtp.session import open_session
from newsletter.smtp.sink import Sink
from newsletter.smtp.url import parse_smtp_url


def send_outbox(runtime: Runtime, sink: Sink, secrets: Sequence[str] | None = None) -> list[MessageState]:
    """Send every message in its order to the sink; what they are afterwards."""
    in_order = select(SystemMessage).order_by(SystemMessage.id)
    with runtime.session() as session:
        ids = [message.id for message in session.scalars(in_order)]
    connection = Connection(lambda: open_session(parse_smtp_url(sink.url), "localhost"))
    for message_id in ids:
        send_system_message(
            runtime.sessions,
            message_id,
            connection=connection,
            links=runtime.links,
            organisation="The Press",
            secrets=runtime.settings.secrets if secrets is None else secrets,
        )
    connection.close()
    with runtime.session() as session:
        return [message.state for message in session.scalars(in_order)]
