"""ConnectionPool are kept between windows, given up when the relay changes, and never shared."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from newsletter.sending.connection_pool import MOST_LOSSES_PER_MINUTE, ConnectionPool
from newsletter.smtp import chunked, plain
from newsletter.smtp.dialogue import Break, BreakKind
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.smtp.sink import Act, At, Options, Rule, Script, Sink
from newsletter.smtp.url import Dialogue, parse_smtp_url
from newsletter.transports.transport_config import Limits, TransportConfig


@pytest.fixture
def make_transport_config() -> Iterator[Callable[..., TransportConfig]]:
    sinks: list[Sink] = []

    def make(key: str = "one", script: Script | None = None, **limits: Any) -> TransportConfig:
        sinks.append(Sink(Options(), script).start())
        relay = replace(parse_smtp_url(sinks[-1].url), dialogue=Dialogue.CHUNKING)
        return TransportConfig(key, f"The relay {key}", relay, limits=Limits(**limits))

    yield make
    for sink in sinks:
        sink.stop()


@pytest.fixture
def connections() -> Iterator[ConnectionPool]:
    made = ConnectionPool("localhost", pauses=(0.01, 0.01))
    yield made
    made.close()


def test_a_connection_is_kept_and_belongs_to_one_at_a_time(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    transport = make_transport_config()
    first = connections.borrow(transport)
    second = connections.borrow(transport)
    assert first is not second
    connections.give_back(transport, first)
    assert connections.borrow(transport) is first


def test_each_transport_has_its_own(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    one, two = make_transport_config("one"), make_transport_config("two")
    kept = connections.borrow(one)
    connections.give_back(one, kept)
    assert connections.borrow(two).relay == two.relay
    assert connections.borrow(one) is kept


def test_another_relay_means_another_connection(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    before, after = make_transport_config(), make_transport_config()
    kept = connections.borrow(before)
    connections.give_back(before, kept)
    assert connections.borrow(after).relay == after.relay
    assert kept.closed


def test_one_that_carried_its_share_is_ended(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    transport = make_transport_config(messages_per_connection=3)
    session = connections.borrow(transport)
    session.messages = 3
    connections.give_back(transport, session)
    assert session.closed
    assert connections.borrow(transport) is not session


def test_one_that_was_idle_for_long_is_asked_before_it_is_trusted(
    make_transport_config: Callable[..., TransportConfig],
    connections: ConnectionPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.sending.connection_pool.PROBE_AFTER_SECONDS", 0)
    transport = make_transport_config(script=Script([Rule(At.NOOP, Act.DROP, skip=1)]))
    session = connections.borrow(transport)
    connections.give_back(transport, session)
    assert connections.borrow(transport) is session
    connections.give_back(transport, session)
    assert connections.borrow(transport) is not session
    assert session.closed


def test_one_that_was_idle_for_too_long_is_not_even_asked(
    make_transport_config: Callable[..., TransportConfig],
    connections: ConnectionPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("newsletter.sending.connection_pool.IDLE_LIMIT_SECONDS", 0)
    transport = make_transport_config()
    session = connections.borrow(transport)
    connections.give_back(transport, session)
    assert connections.borrow(transport) is not session
    assert session.closed


def test_a_transport_that_is_broken_is_told_as_a_session_that_failed(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    broken = SessionFailed(Step.AUTH, "The password cannot be read.", temporary=False)
    with pytest.raises(SessionFailed, match="cannot be read"):
        connections.borrow(replace(make_transport_config(), broken=broken))


def test_a_relay_that_is_being_restarted_is_waited_for_a_moment(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    assert connections.borrow(
        make_transport_config(script=Script([Rule(At.CONNECT, Act.DROP, times=2)]))
    ).alive()
    with pytest.raises(SessionFailed, match="went away"):
        connections.borrow(make_transport_config("two", Script([Rule(At.CONNECT, Act.DROP, times=3)])))


def test_after_a_surprise_that_transport_is_spoken_to_plainly(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    one, two = make_transport_config("one"), make_transport_config("two")
    session = connections.borrow(one)
    assert connections.dialogue(one, session) is chunked.deliver
    connections.use_plain_dialogue(one, Break(BreakKind.LOST, 1, protocol_error=True))
    assert connections.dialogue(one, session) is plain.deliver
    assert connections.dialogue(two, connections.borrow(two)) is chunked.deliver


def test_losing_connections_again_and_again_is_trouble(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    one, two = make_transport_config("one"), make_transport_config("two")
    assert all(connections.may_reconnect(one) for _ in range(MOST_LOSSES_PER_MINUTE))
    assert not connections.may_reconnect(one)
    assert connections.may_reconnect(two)


def test_one_that_is_being_opened_is_given_up_when_the_process_ends(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    transport = make_transport_config(script=Script([Rule(At.GREETING, Act.SILENT)]))
    errors: list[SessionFailed] = []

    def open_one() -> None:
        with pytest.raises(SessionFailed) as failed:
            connections.borrow(transport)
        errors.append(failed.value)

    thread = threading.Thread(target=open_one)
    thread.start()
    time.sleep(0.3)
    assert not connections.ending
    connections.hurry(4)
    thread.join(timeout=20)
    assert not thread.is_alive(), "it would have waited five minutes for the greeting, three times"
    assert errors[0].step is Step.GREETING
    assert connections.ending
    with pytest.raises(SessionFailed):
        connections.borrow(transport)


def test_hurrying_reaches_those_that_are_open(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    transport = make_transport_config(script=Script([Rule(At.NOOP, Act.SILENT)]))
    session = connections.borrow(transport)
    connections.hurry(0.1)
    assert not session.alive()


def test_hurrying_reaches_one_that_has_just_been_opened(
    make_transport_config: Callable[..., TransportConfig], connections: ConnectionPool
) -> None:
    """As from a signal handler, between the moment at which it is open and the one at which it is known."""
    transport = make_transport_config(script=Script([Rule(At.NOOP, Act.SILENT)]))

    def signalled(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code is socket.socket.close.__code__:  # the handle of one half open
            sys.setprofile(None)
            connections.hurry(0.1)

    sys.setprofile(signalled)
    try:
        session = connections.borrow(transport)
    finally:
        sys.setprofile(None)
    assert connections.ending
    asked = time.monotonic()
    assert not session.alive()
    assert time.monotonic() - asked < transport.relay.timeouts.probe / 2
