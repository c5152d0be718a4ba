"""One connection serves many messages, and what goes wrong on it is told apart."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from newsletter.outbox import connection as module
from newsletter.outbox.connection import Connection
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.session import SessionFailed, open_session
from newsletter.smtp.sink import Options, Rule, Script, Sink
from newsletter.smtp.sink.faults import Act, At
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import parse_smtp_url
from newsletter.smtp.verdict import Outcome

QUICK = Timeouts(connect=2, greeting=1, command=1, mail=1, rcpt=1, data=1, block=1, end=0.5, probe=1, quit=1)
BODY = b"Message-ID: <1@example.org>\r\n\r\nHello\r\n"
ENVELOPE = Envelope(0, "news@example.org", "ana@example.org", BODY)

Start = Callable[..., tuple[Sink, Connection]]


@pytest.fixture
def start() -> Iterator[Start]:
    """A sink that follows rules, and a connection to it."""
    made: list[tuple[Sink, Connection]] = []

    def begin(*rules: Rule) -> tuple[Sink, Connection]:
        sink = Sink(Options(), Script(rules)).start()
        relay = replace(parse_smtp_url(sink.url), timeouts=QUICK)
        made.append((sink, Connection(lambda: open_session(relay, "localhost"))))
        return made[-1]

    yield begin
    for sink, connection in made:
        connection.close()
        sink.stop()


def test_messages_share_a_connection(start: Start) -> None:
    sink, connection = start()
    answers = [connection.send(ENVELOPE) for _ in range(3)]
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
    _sink, connection = start(rule)
    answer = connection.send(ENVELOPE)
    assert (answer.outcome, answer.temporary) == (outcome, temporary)
    assert answer.words


def test_after_a_fault_the_next_message_goes(start: Start) -> None:
    sink, connection = start(Rule(At.BODY, Act.DROP, times=1))
    assert connection.send(ENVELOPE).outcome is Outcome.UNANSWERED
    assert connection.send(ENVELOPE).outcome is Outcome.SENT
    assert sink.counts.connections == 2


def test_a_kept_connection_that_the_relay_gave_up_is_no_fault(start: Start) -> None:
    sink, connection = start(Rule(At.MAIL, Act.DROP, skip=1, times=1))
    assert connection.send(ENVELOPE).outcome is Outcome.SENT
    assert connection.send(ENVELOPE).outcome is Outcome.SENT
    assert (sink.counts.messages, sink.counts.connections) == (2, 2)


def test_after_silence_the_relay_is_asked_first(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROBE_AFTER", 0.0)
    sink, connection = start(Rule(At.NOOP, Act.DROP, skip=1))
    for _ in range(3):
        assert connection.send(ENVELOPE).outcome is Outcome.SENT
    assert sink.counts.connections == 2  # the first NOOP was answered, the second was not


def test_a_relay_that_is_not_there_is_left_alone_for_a_while() -> None:
    sink = Sink().start()
    relay = parse_smtp_url(sink.url)
    connection = Connection(lambda: open_session(relay, "localhost"))
    sink.stop()
    assert not connection.rests
    with pytest.raises(SessionFailed, match="Nothing listens"):
        connection.send(ENVELOPE)
    assert connection.rests
