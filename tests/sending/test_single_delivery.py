"""One message at a time leaves by the first transport that lets us in; what goes wrong is told apart."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from newsletter.core import clock
from newsletter.runtime import Runtime
from newsletter.sending import single_delivery as module
from newsletter.sending.connection_pool import ConnectionPool
from newsletter.sending.single_delivery import SingleDelivery
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.smtp.sink import Options, Rule, Script, Sink
from newsletter.smtp.sink.faults import Act, At
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import Encryption, Relay, parse_smtp_url
from newsletter.smtp.verdict import Outcome
from newsletter.transports.models import TransportCooldown
from newsletter.transports.transport_config import TransportConfig
from tests.transports.configs import make_config

QUICK = Timeouts(connect=2, greeting=1, command=1, mail=1, rcpt=1, data=1, block=1, end=0.5, probe=1, quit=1)
BODY = b"Message-ID: <1@example.org>\r\n\r\nHello\r\n"
ENVELOPE = Envelope(0, "news@example.org", "ana@example.org", BODY)

Start = Callable[..., tuple[Sink, SingleDelivery]]


@pytest.fixture
def connections() -> Iterator[ConnectionPool]:
    made = ConnectionPool("localhost")
    yield made
    made.close()


@pytest.fixture
def start(runtime: Runtime, connections: ConnectionPool) -> Iterator[Start]:
    """A sink that follows rules, and a delivery to it."""
    sinks: list[Sink] = []

    def begin(*rules: Rule) -> tuple[Sink, SingleDelivery]:
        sinks.append(Sink(Options(), Script(rules)).start())
        relay = replace(parse_smtp_url(sinks[-1].url), timeouts=QUICK)
        transport = TransportConfig(f"relay {len(sinks)}", "The relay", relay)
        return sinks[-1], SingleDelivery(runtime.sessions, connections, lambda: [transport])

    yield begin
    for sink in sinks:
        sink.stop()


def test_messages_share_a_connection(start: Start) -> None:
    sink, delivery = start()
    answers = [delivery.send(ENVELOPE) for _ in range(3)]
    assert [answer.outcome for answer in answers] == [Outcome.SENT] * 3
    assert (sink.counts.messages, sink.counts.connections) == (3, 1)


@pytest.mark.parametrize(
    ("rule", "outcome", "temporary"),
    [
        (Rule(At.RCPT, code=450, text="4.2.0 greylisted"), Outcome.RETRY, True),
        (Rule(At.RCPT, code=550, text="5.1.1 no such user"), Outcome.REJECTED, True),
        (Rule(At.RCPT, code=550, text="5.7.1 relaying denied"), Outcome.PAUSE, False),
        (Rule(At.MAIL, code=451, text="4.3.0 busy"), Outcome.PAUSE, True),
        (Rule(At.MAIL, code=550, text="5.7.1 not your domain"), Outcome.PAUSE, False),
        (Rule(At.BODY, code=552, text="5.3.4 too big"), Outcome.REJECTED, True),
        (Rule(At.BODY, Act.DROP, recorded=True), Outcome.UNANSWERED, True),
        (Rule(At.BODY, Act.SILENT), Outcome.UNANSWERED, True),
        (Rule(At.MAIL, Act.DROP), Outcome.PAUSE, True),
    ],
)
def test_what_went_wrong(start: Start, rule: Rule, outcome: Outcome, temporary: bool) -> None:
    _sink, delivery = start(rule)
    answer = delivery.send(ENVELOPE)
    assert (answer.outcome, answer.temporary) == (outcome, temporary)
    assert answer.words


def test_after_a_fault_the_next_message_goes(start: Start) -> None:
    sink, delivery = start(Rule(At.BODY, Act.DROP, times=1))
    assert delivery.send(ENVELOPE).outcome is Outcome.UNANSWERED
    assert delivery.send(ENVELOPE).outcome is Outcome.SENT
    assert sink.counts.connections == 2


def test_a_kept_connection_that_the_relay_gave_up_is_no_fault(start: Start) -> None:
    sink, delivery = start(Rule(At.MAIL, Act.DROP, skip=1, times=1))
    assert delivery.send(ENVELOPE).outcome is Outcome.SENT
    assert delivery.send(ENVELOPE).outcome is Outcome.SENT
    assert (sink.counts.messages, sink.counts.connections) == (2, 2)


def relay_at(port: int, key: str) -> TransportConfig:
    return replace(make_config(key), relay=Relay("127.0.0.1", port, Encryption.NEVER))


def test_transports_that_open_no_session_are_left_alone(
    runtime: Runtime, connections: ConnectionPool
) -> None:
    with Sink(Options(), Script((Rule(At.GREETING, code=554, text="no"),))) as refusing, Sink() as taking:
        ports = (refusing.port, 1, taking.port)
        transports = [relay_at(port, f"transport:{n}") for n, port in enumerate(ports)]
        delivery = SingleDelivery(runtime.sessions, connections, lambda: transports)
        assert delivery.send(ENVELOPE).outcome is Outcome.SENT
        assert len(taking.records) == 1
        assert not delivery.cools_down()
    with runtime.session() as session:
        cooldowns = {row.transport: row.until is None for row in session.scalars(select(TransportCooldown))}
    assert cooldowns == {"transport:0": True, "transport:1": False}


def test_when_none_opens_a_session_nothing_is_tried_for_a_while_unless_they_are_changed(
    runtime: Runtime, connections: ConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    transports = [relay_at(1, "transport:0"), relay_at(1, "transport:1")]
    delivery = SingleDelivery(runtime.sessions, connections, lambda: transports)
    assert not delivery.cools_down()
    with pytest.raises(SessionFailed, match="Nothing is listening"):
        delivery.send(ENVELOPE)
    assert delivery.cools_down()
    transports.reverse()
    assert delivery.cools_down(), "the first was reported, so it comes last"
    transports.pop()
    assert not delivery.cools_down()
    with pytest.raises(SessionFailed):
        delivery.send(ENVELOPE)
    later = clock.monotonic() + module.COOLDOWN_SECONDS
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    assert not delivery.cools_down()


def test_without_a_usable_transport_the_reason_is_told(runtime: Runtime, connections: ConnectionPool) -> None:
    paused = SessionFailed(Step.CONNECT, "The relay is paused.", temporary=False)
    delivery = SingleDelivery(runtime.sessions, connections, lambda: paused)
    with pytest.raises(SessionFailed, match="is paused"):
        delivery.send(ENVELOPE)
    assert delivery.cools_down()


def test_a_process_that_ends_blames_no_transport(runtime: Runtime, connections: ConnectionPool) -> None:
    transports = [relay_at(1, "transport:0"), relay_at(1, "transport:1")]
    connections.hurry(0.1)
    with pytest.raises(SessionFailed):
        SingleDelivery(runtime.sessions, connections, lambda: transports).send(ENVELOPE)
    with runtime.session() as session:
        assert session.scalars(select(TransportCooldown)).all() == []
