"""A system message from the outbox to the relay, whatever goes wrong on the way."""

import email
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from newsletter import outbox
from newsletter.core.addresses import parse_address
from newsletter.core.tokens import Purpose
from newsletter.outbox.claim import LEASE, claim
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.outbox.waiting import waiting
from newsletter.publications.models import Publication
from newsletter.runtime import Runtime
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.single_delivery import Answer, SingleDelivery
from newsletter.sending.transactional import TOO_LATE, send_system_message
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.sink import Options, Rule, Script, Sink
from newsletter.smtp.sink.faults import Act, At
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import parse_smtp_url
from newsletter.transports.transport_config import TransportConfig
from tests.factories import make_publication

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
QUICK = Timeouts(connect=2, greeting=1, command=1, mail=1, rcpt=1, data=1, block=1, end=0.5, probe=1, quit=1)
Send = Callable[[], SystemMessage]


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def message_id(session: Session, travel: time_machine.Traveller) -> int:
    publication = make_publication(session, name="The Weekly", timezone="Europe/Rome")
    message = outbox.post(
        session,
        kind="confirmation",
        recipient=parse_address("ana@example.org"),
        publication_id=publication.id,
        locale="de",
        facts={"subscription_id": 12},
    )
    session.commit()
    return message.id


@pytest.fixture
def relay() -> Iterator[Callable[..., Sink]]:
    """Starts a sink that keeps what it takes and follows rules; may be told to take an earlier one's port."""
    sinks: list[Sink] = []

    def begin(*rules: Rule, port: int = 0) -> Sink:
        sinks.append(Sink(Options(keep_content=True), Script(rules), port=port).start())
        return sinks[-1]

    yield begin
    for sink in sinks:
        sink.stop()


@pytest.fixture
def send_to(runtime: Runtime, message_id: int) -> Iterator[Callable[[Sink], Send]]:
    """A worker process with a connection to a sink: each call is one job."""
    connections = ConnectionPool("localhost")

    def worker(sink: Sink) -> Send:
        where = replace(parse_smtp_url(sink.url), timeouts=QUICK)
        transport = TransportConfig("relay", "The relay", where)
        delivery = SingleDelivery(runtime.sessions, connections, lambda: [transport])

        def work() -> SystemMessage:
            send_system_message(
                runtime.sessions,
                message_id,
                delivery=delivery,
                links=runtime.links,
                organisation="The Test Press",
                secrets=["a secret of the tests"],
            )
            with runtime.session() as session:
                return session.get_one(SystemMessage, message_id)

        return work

    yield worker
    connections.close()


def test_sent_once(
    relay: Callable[..., Sink], send_to: Callable[[Sink], Send], runtime: Runtime, message_id: int
) -> None:
    sink = relay()
    work = send_to(sink)
    message = work()
    assert (message.state, message.sent_at, message.error) == (MessageState.SENT, START, "")
    work()
    [record] = sink.records
    assert (record.recipient, record.sender) == ("ana@example.org", "editor@weekly.example")
    received = email.message_from_bytes(record.content or b"")
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Message-ID"].startswith(f"<system.{message_id}.")
    assert received["Content-Language"] == "de"
    text = received.get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "9:00 Uhr (Mitteleuropäische Normalzeit)" in " ".join(text.split())
    [link] = [line for line in text.splitlines() if line.startswith("http://localhost/confirm/")]
    claimed = runtime.links.signer.read(Purpose.CONFIRM, link.rpartition("/")[2])
    assert claimed.ids == (12,)


def test_a_lost_theme(relay: Callable[..., Sink], send_to: Callable[[Sink], Send], session: Session) -> None:
    session.execute(update(Publication).values(theme="gone"))
    session.commit()
    assert send_to(relay())().state is MessageState.SENT


def test_no_transaction_is_open_while_the_relay_is_talked_to(
    relay: Callable[..., Sink], runtime: Runtime, message_id: int
) -> None:
    """ConnectionPool to the database that are checked out while a message is handed over: none."""
    out: set[int] = set()
    event.listen(runtime.engine, "checkout", lambda dbapi, *_: out.add(id(dbapi)))
    event.listen(runtime.engine, "checkin", lambda dbapi, *_: out.discard(id(dbapi)))
    during: list[int] = []
    sink = relay()
    transport = TransportConfig("relay", "The relay", parse_smtp_url(sink.url))
    connections = ConnectionPool("localhost")

    class Watching(SingleDelivery):
        def send(self, envelope: Envelope) -> Answer:
            during.append(len(out))
            return super().send(envelope)

    delivery = Watching(runtime.sessions, connections, lambda: [transport])
    send_system_message(
        runtime.sessions, message_id, delivery=delivery, links=runtime.links, organisation="", secrets=["x"]
    )
    connections.close()
    assert during == [0]
    assert len(sink.records) == 1


def test_a_person_refused_for_good(relay: Callable[..., Sink], send_to: Callable[[Sink], Send]) -> None:
    sink = relay(Rule(At.RCPT, code=550, text="5.1.1 no such user"))
    message = send_to(sink)()
    assert message.state is MessageState.FAILED
    assert "no such user" in message.error


@pytest.mark.parametrize(
    "rule",
    [
        Rule(At.RCPT, code=451, text="4.7.1 greylisted", times=1),
        Rule(At.RCPT, code=550, text="5.7.1 relaying denied", times=1),
        Rule(At.MAIL, code=550, text="5.7.1 not your domain", times=1),
        Rule(At.MAIL, Act.DROP, times=1),
        Rule(At.BODY, code=451, text="4.3.0 disk full", times=1),
    ],
)
def test_refused_for_now_and_sent_a_minute_later(
    relay: Callable[..., Sink],
    send_to: Callable[[Sink], Send],
    travel: time_machine.Traveller,
    rule: Rule,
) -> None:
    sink = relay(rule)
    work = send_to(sink)
    assert work().state is MessageState.WAITING
    assert work().attempts == 1  # not due yet
    travel.shift(timedelta(minutes=1))
    assert work().state is MessageState.SENT
    assert len(sink.records) == 1


def test_an_answer_that_never_came_is_asked_for_again_with_the_same_message_id(
    relay: Callable[..., Sink], send_to: Callable[[Sink], Send], travel: time_machine.Traveller
) -> None:
    sink = relay(Rule(At.BODY, Act.DROP, times=1, recorded=True))
    work = send_to(sink)
    assert work().state is MessageState.WAITING
    travel.shift(timedelta(minutes=1))
    assert work().state is MessageState.SENT
    first, second = sink.records
    assert first.message_id == second.message_id


def test_a_worker_that_died_after_the_relay_had_it(
    relay: Callable[..., Sink],
    send_to: Callable[[Sink], Send],
    runtime: Runtime,
    message_id: int,
    travel: time_machine.Traveller,
) -> None:
    """At least once: what the dead worker may have sent is sent again."""
    with runtime.session() as session:
        claim(session, message_id)
        session.commit()
    work = send_to(relay())
    assert work().state is MessageState.SENDING
    travel.shift(LEASE)
    assert work().state is MessageState.SENT


def test_a_relay_that_is_down_costs_nothing_but_time(
    relay: Callable[..., Sink],
    send_to: Callable[[Sink], Send],
    runtime: Runtime,
    travel: time_machine.Traveller,
) -> None:
    sink = relay()
    sink.stop()
    for _ in range(15):
        message = send_to(sink)()  # a new worker each time: none of them remembers
        assert (message.state, message.attempts) == (MessageState.WAITING, 0)
        assert "Nothing is listening" in message.error
        travel.shift(timedelta(minutes=1))
    again = relay(port=sink.port)
    with runtime.session() as session:
        assert waiting(session, 10) == [message.id]
    assert send_to(again)().state is MessageState.SENT


def test_a_worker_that_met_a_dead_relay_takes_nothing_for_a_while(
    relay: Callable[..., Sink], send_to: Callable[[Sink], Send], travel: time_machine.Traveller
) -> None:
    sink = relay()
    sink.stop()
    work = send_to(sink)
    first = work()
    with time_machine.travel(START + timedelta(minutes=1), tick=False):
        untouched = work()
    assert untouched.next_at == first.next_at


def test_too_late_to_be_of_use(
    relay: Callable[..., Sink], send_to: Callable[[Sink], Send], travel: time_machine.Traveller
) -> None:
    sink = relay()
    travel.shift(timedelta(hours=24, seconds=1))
    message = send_to(sink)()
    assert (message.state, message.error) == (MessageState.FAILED, TOO_LATE)
    assert sink.records == []


def test_an_erased_person_gets_nothing(
    relay: Callable[..., Sink], send_to: Callable[[Sink], Send], runtime: Runtime, message_id: int
) -> None:
    with runtime.sessions.begin() as session:
        session.execute(update(SystemMessage).values(recipient="", facts={}))
    sink = relay()
    message = send_to(sink)()
    assert message.state is MessageState.FAILED
    assert message.error == ""  # nothing is written about somebody who is not there any more
    assert sink.records == []


def test_a_sender_that_cannot_be_written_waits_for_an_editor(
    relay: Callable[..., Sink],
    send_to: Callable[[Sink], Send],
    session: Session,
    travel: time_machine.Traveller,
) -> None:
    publication = session.get_one(SystemMessage, 1).publication_id
    sink = relay()
    work = send_to(sink)
    _set_sender(session, publication, "not an address")
    message = work()
    assert message.state is MessageState.WAITING
    assert "The sender's address must be an email address" in message.error
    _set_sender(session, publication, "editor@weekly.example")
    travel.shift(timedelta(minutes=1))
    assert work().state is MessageState.SENT


def test_without_a_sender_the_house_writes(
    relay: Callable[..., Sink], send_to: Callable[[Sink], Send], session: Session
) -> None:
    with session.begin():
        session.execute(update(SystemMessage).values(publication_id=None))
    sink = relay()
    assert send_to(sink)().state is MessageState.SENT
    content = email.message_from_bytes(sink.records[0].content or b"")
    assert content["From"] == "The Test Press <newsletter@localhost>"


def _set_sender(session: Session, publication_id: int | None, address: str) -> None:
    from newsletter.publications.models import Publication

    session.execute(update(Publication).where(Publication.id == publication_id).values(sender_email=address))
    session.commit()
