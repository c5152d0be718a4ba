"""What waits in the outbox is sent, as a worker does for each job."""

from collections.abc import Sequence

from sqlalchemy import select

from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.runtime import Runtime
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.single_delivery import SingleDelivery
from newsletter.sending.transactional import send_system_message
from newsletter.smtp.sink import Sink
from newsletter.smtp.url import parse_smtp_url
from newsletter.transports.transport_config import TransportConfig


def send_outbox(runtime: Runtime, sink: Sink, secrets: Sequence[str] | None = None) -> list[MessageState]:
    """Send every message in its order to the sink; what they are afterwards."""
    in_order = select(SystemMessage).order_by(SystemMessage.id)
    with runtime.session() as session:
        ids = [message.id for message in session.scalars(in_order)]
    connections = ConnectionPool("localhost")
    relay = TransportConfig("relay", "The relay", parse_smtp_url(sink.url))
    delivery = SingleDelivery(runtime.sessions, connections, lambda: [relay])
    for message_id in ids:
        send_system_message(
            runtime.sessions,
            message_id,
            delivery=delivery,
            links=runtime.links,
            organisation="The Press",
            secrets=runtime.settings.secrets if secrets is None else secrets,
        )
    connections.close()
    with runtime.session() as session:
        return [message.state for message in session.scalars(in_order)]
