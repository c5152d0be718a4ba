"""A reminder as it arrives: it names the time in the zone of the cadence, and leads to the issue."""

import email
from datetime import UTC, datetime
from email import policy

import time_machine
from sqlalchemy.orm import Session

from newsletter import outbox
from newsletter.core.addresses import parse_address
from newsletter.runtime import Runtime
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.single_delivery import SingleDelivery
from newsletter.sending.transactional import send_system_message
from newsletter.smtp.sink import Options, Script, Sink
from newsletter.smtp.url import parse_smtp_url
from newsletter.transports.transport_config import TransportConfig
from tests.factories import make_publication


def test_a_reminder(session: Session, runtime: Runtime) -> None:
    facts = {
        "slug": "weekly",
        "issue_id": 7,
        "due_at": "2026-03-06T13:30:00+00:00",
        "zone": "America/New_York",
    }
    sink = Sink(Options(keep_content=True), Script(())).start()
    connections = ConnectionPool("localhost")
    transport = TransportConfig("relay", "The relay", parse_smtp_url(sink.url))
    with time_machine.travel(datetime(2026, 3, 5, 13, 31, tzinfo=UTC), tick=False):
        message = outbox.post(
            session,
            kind="issue_due",
            recipient=parse_address("eddi@press.example"),
            publication_id=make_publication(session, timezone="Europe/Rome").id,
            locale="en",
            facts=facts,
        )
        session.commit()
        message_id = message.id
        session.rollback()
        send_system_message(
            runtime.sessions,
            message_id,
            delivery=SingleDelivery(runtime.sessions, connections, lambda: [transport]),
            links=runtime.links,
            organisation="",
            secrets=["a secret of the tests"],
        )
    connections.close()
    sink.stop()
    [record] = sink.records
    received = email.message_from_bytes(record.content or b"", policy=policy.default)
    assert received["Subject"] == "The next issue of The Weekly is not scheduled"
    body = received.get_body(("plain",))
    assert body
    text = " ".join(str(body.get_content()).split())
    assert "is due on Friday, 6 March 2026 at 8:30 AM (Eastern Standard Time)" in text
    assert "http://localhost/admin/issues/7/edit" in text
