"""The clients against servers that nobody of us wrote: what the journal says is what arrived behind them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from newsletter.smtp.deliver import choose
from newsletter.smtp.dialogue import BreakKind, Envelope
from newsletter.smtp.session import SmtpSession, open_session
from newsletter.smtp.sink import Options, Sink
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import Dialogue, parse_smtp_url
from tests.extent import usual
from tests.processes import wait_until
from tests.servers.exim import Exim
from tests.servers.opensmtpd import OpenSmtpd
from tests.servers.postfix_relay import Postfix
from tests.servers.relay import RealServer

PATIENT = Timeouts(mail=60, rcpt=60, data=60, block=60, end=60, command=60)
MESSAGES = usual(130, soak=200)  # more than OpenSMTPD takes from a connection
TOO_BIG = 50  # the index of a message that is
ODD = {  # index → what is odd about it
    60: b".\r\n",
    61: b"..\r\n.\r\n.x\r\n",
    62: b"",
    63: b"a\r\n.\r\nMAIL FROM:<x@example.com>\r\nRCPT TO:<u0@example.org>\r\nDATA\r\n",
    64: b"x" * 990 + b"\r\n" + b"." * 990 + b"\r\n",
}


@pytest.fixture(scope="module")
def behind() -> Iterator[Sink]:
    """Where the servers pass everything on to."""
    with Sink(Options(keep_content=True)) as sink:
        yield sink


@pytest.fixture(scope="module")
def start(behind: Sink) -> Iterator[Callable[[type[RealServer]], RealServer]]:
    """Starts a server of a kind, once: each takes seconds to start."""
    started: dict[type[RealServer], RealServer] = {}

    def start_once(kind: type[RealServer]) -> RealServer:
        if kind not in started:
            started[kind] = kind(behind.port)
            started[kind].start()
        return started[kind]

    yield start_once
    for each in started.values():
        each.stop()


@pytest.fixture
def server(request: pytest.FixtureRequest, start: Callable[[type[RealServer]], RealServer]) -> RealServer:
    return start(request.param)


EACH = pytest.mark.parametrize(
    ("server", "dialogue"),
    [
        *((Postfix, dialogue) for dialogue in Dialogue),
        *((Exim, dialogue) for dialogue in Dialogue),
        (OpenSmtpd, Dialogue.CHUNKING),  # it offers nothing, so the plain dialogue is what comes of it
    ],
    ids=lambda value: str(getattr(value, "PACKAGE", None) or value.name.lower()),
    indirect=["server"],
)


def dial(server: RealServer) -> SmtpSession:
    return open_session(replace(parse_smtp_url(server.url), timeouts=PATIENT), "client.example.org")


def envelope(index: int, *, known: bool = True, body: bytes = b"Hello.\r\n") -> Envelope:
    headers = (
        f"From: News <news@example.com>\r\nTo: reader@example.org\r\nSubject: Number {index}\r\n"
        f"Date: Thu, 1 Jan 2026 12:00:00 +0000\r\nMessage-ID: <{index}@example.com>\r\n\r\n"
    )
    recipient = f"{'u' if known else 'nobody'}{index}@example.org"
    return Envelope(index, "news@example.com", recipient, headers.encode() + body)


def send(server: RealServer, dialogue: Dialogue, envelopes: list[Envelope], notes) -> int:
    """Send all, over as many connections as the server makes necessary; returns how many those were."""
    waiting = envelopes
    for connections in range(1, 30):
        session = dial(server)
        stop = choose(session.capabilities, dialogue)(session, waiting, notes, lambda: True)
        if stop is None:
            session.close()
            return connections
        assert stop.kind is BreakKind.LOST, stop
        assert not stop.protocol_error, stop
        waiting = [each for each in waiting if each.index not in notes.answers]
    raise AssertionError(stop)


def arrived(behind: Sink, before: int, expected: set[str], server: RealServer):
    """What arrived behind the server since there were `before`, once all the `expected` are among it."""

    def complete() -> bool:
        return expected <= {record.recipient for record in behind.records[before:]}

    wait_until(complete, lambda: f"{len(behind.records) - before} arrived: {server.said()}", patience=120)
    return behind.records[before:]


@EACH
def test_many_messages(server, dialogue, behind, stage):
    envelopes = [envelope(index, known=index % 7 != 3) for index in range(MESSAGES)]
    envelopes[TOO_BIG] = envelope(TOO_BIG, body=b"x" * 70 + b"\r\n" * server.LIMIT)
    for index, body in ODD.items():
        envelopes[index] = envelope(index, body=body)
    before = len(behind.records)
    connections = send(server, dialogue, envelopes, stage.notes)
    # OpenSMTPD takes a hundred messages from a connection.
    assert connections == (2 if isinstance(server, OpenSmtpd) else 1)

    unknown = {each.index for each in envelopes if each.recipient.startswith("nobody")}
    assert stage.notes.outcomes == {
        **dict.fromkeys(range(MESSAGES), "sent"),
        **dict.fromkeys(unknown, "rejected(no_such_user)"),
        TOO_BIG: "rejected(too_big)",
    }
    sent = {each.recipient: each.body for each in envelopes if each.index not in {TOO_BIG, *unknown}}
    records = arrived(behind, before, set(sent), server)
    assert Counter(record.recipient for record in records) == Counter(sent.keys())
    for record in records:
        assert record.sender == "news@example.com"
        assert record.content.startswith(b"Received: ")
        assert record.content.endswith(sent[record.recipient]), record


@EACH
def test_a_server_that_finds_a_message_too_big_itself(server, dialogue, behind, stage):
    envelopes = [envelope(300 + index) for index in range(5)]
    envelopes[2] = envelope(302, body=(b"x" * 70 + b"\r\n") * (server.LIMIT // 50))
    session = dial(server)
    session.capabilities = replace(session.capabilities, size=None)  # so that it is not asked for its limit
    before = len(behind.records)
    assert choose(session.capabilities, dialogue)(session, envelopes, stage.notes, lambda: True) is None
    session.close()
    assert stage.notes.outcomes == {
        **dict.fromkeys(range(300, 305), "sent"),
        302: "rejected(too_big)",
    }
    taken = {each.recipient for each in envelopes if each.index != 302}
    assert {record.recipient for record in arrived(behind, before, taken, server)} == taken


@EACH
def test_many_unknown_recipients_one_after_another(server, dialogue, behind, stage):
    """Servers lose patience with that, each in its own way; nobody else suffers from it."""
    envelopes = [envelope(400 + index, known=index % 40 == 39) for index in range(80)]
    before = len(behind.records)
    send(server, dialogue, envelopes, stage.notes)
    known = [each for each in envelopes if each.recipient.startswith("u")]
    assert stage.notes.unanswered == set()
    outcomes = {index: outcome for index, outcome in stage.notes.outcomes.items() if outcome != "sent"}
    # A goodbye (421) also meets those that were on their way after the recipient that was one too many.
    goodbye = {"retry(throttled)", "retry(busy)", "retry(lost)"}
    assert set(outcomes.values()) <= {"rejected(no_such_user)", *goodbye}
    sent = {each.recipient for each in known if each.index not in outcomes}
    assert {record.recipient for record in arrived(behind, before, sent, server)} == sent
