"""A sink, sessions with it, a journal that remembers, and throw-away certificates."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from newsletter.smtp.dialogue import Break, Deliver, Envelope
from newsletter.smtp.reply import Reply
from newsletter.smtp.session import SmtpSession, open_session
from newsletter.smtp.sink import Options, Rule, Script, Sink
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import Relay, parse_smtp_url
from newsletter.smtp.verdict import Verdict
from tests.certificates import Certificate, make_certificate
from tests.processes import wait_until

QUICK = Timeouts(
    connect=2, greeting=1, command=1, mail=0.4, rcpt=0.4, data=0.4, block=0.4, end=0.4, probe=0.4, quit=0.4
)
EHLO = b"250-relay\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n"


class Raw:
    """A client of octets."""

    def __init__(self, sink: Sink) -> None:
        self.sock = socket.create_connection(("127.0.0.1", sink.port), timeout=10)
        self.file = self.sock.makefile("rb")

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.sock.close()

    def say(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def codes(self, count: int) -> list[int]:
        """The codes of the next replies; 0 when the connection ended."""
        codes: list[int] = []
        while len(codes) < count:
            try:
                line = self.file.readline()
            except OSError:
                line = b""
            if not line:
                return [*codes, 0]
            if line[3:4] != b"-":
                codes.append(int(line[:3]))
        return codes


@pytest.fixture
def raw() -> Callable[[Sink], Raw]:
    """Connects to a sink: `with raw(sink) as client`."""
    return Raw


@dataclass
class Notes:
    """A journal in memory; `on_handing_over` and `on_answered` may look around, or raise."""

    handed: list[int] = field(default_factory=list)
    answers: dict[int, tuple[Verdict, Reply]] = field(default_factory=dict)
    taken_back: list[int] = field(default_factory=list)
    on_handing_over: Callable[[int], None] = lambda _index: None
    on_answered: Callable[[int], None] = lambda _index: None

    def handing_over(self, index: int) -> None:
        self.on_handing_over(index)
        self.handed.append(index)

    def answered(self, index: int, verdict: Verdict, reply: Reply) -> None:
        assert index not in self.answers, f"{index} was answered twice"
        assert index not in self.taken_back, f"{index} was answered after it was taken back"
        self.on_answered(index)
        self.answers[index] = (verdict, reply)

    def never_left(self, index: int) -> None:
        assert index in self.handed, f"{index} was taken back and had never been handed over"
        assert index not in self.answers, f"{index} was taken back after its answer"
        assert index not in self.taken_back, f"{index} was taken back twice"
        self.taken_back.append(index)

    @property
    def unanswered(self) -> set[int]:
        """Handed over, and neither answered nor taken back."""
        return set(self.handed) - set(self.answers) - set(self.taken_back)

    @property
    def outcomes(self) -> dict[int, str]:
        return {
            index: str(verdict.outcome) + (f"({verdict.reason})" if verdict.reason else "")
            for index, (verdict, _) in self.answers.items()
        }


@pytest.fixture
def make_sink() -> Iterator[Callable[..., Sink]]:
    """Starts sinks with options as keywords and rules as arguments; stops them at the end."""
    sinks: list[Sink] = []

    def make(*rules: Rule, **options: object) -> Sink:
        sink = Sink(Options(**{"keep_content": True, **options}), Script(rules))  # type: ignore[arg-type]
        sinks.append(sink.start())
        return sink

    yield make
    for sink in sinks:
        sink.stop()


@pytest.fixture
def quick_relay() -> Callable[..., Relay]:
    """The relay of a sink with timeouts that a test can wait for."""

    def make(sink: Sink, **changes: object) -> Relay:
        return replace(parse_smtp_url(sink.url), **{"timeouts": QUICK, "verify": True, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def dial(quick_relay: Callable[..., Relay]) -> Iterator[Callable[..., SmtpSession]]:
    """Opens sessions with a sink; aborts at the end those that are still open."""
    sessions: list[SmtpSession] = []

    def make(sink: Sink, **changes: object) -> SmtpSession:
        session = open_session(quick_relay(sink, **changes), "client.example.org")
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        session.abort()


@dataclass
class Stage:
    """What a test of a client needs."""

    make_sink: Callable[..., Sink]
    dial: Callable[..., SmtpSession]
    notes: Notes

    @staticmethod
    def envelopes(count: int, body: bytes = b"") -> list[Envelope]:
        """So many messages, to u0@example.org, u1@…, small unless a body is given."""
        return [
            Envelope(
                index,
                "news@example.com",
                f"u{index}@example.org",
                body or b"Message-ID: <%d@example.com>\r\nSubject: Hello\r\n\r\nHello.\r\n" % index,
            )
            for index in range(count)
        ]


@pytest.fixture
def stage(make_sink: Callable[..., Sink], dial: Callable[..., SmtpSession]) -> Stage:
    return Stage(make_sink, dial, Notes())


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Waits until something is so, for a while."""
    return partial(wait_until, patience=15)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """For localhost and 127.0.0.1."""
    return make_certificate(tmp_path_factory.mktemp("good"))


@pytest.fixture(scope="session")
def other_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """For somebody else."""
    return make_certificate(tmp_path_factory.mktemp("other"), "DNS:mail.example.net")


@pytest.fixture
def raw_server() -> Callable[[Callable[[socket.socket], None]], AbstractContextManager[int]]:
    """A server of raw octets for one connection: `with raw_server(behave) as port`."""

    @contextmanager
    def serve(behave: Callable[[socket.socket], None]) -> Iterator[int]:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def run() -> None:
                peer, _ = listener.accept()
                with peer:
                    peer.settimeout(3)
                    behave(peer)

            thread = threading.Thread(target=run)
            thread.start()
            yield listener.getsockname()[1]
            thread.join()

    return serve


@pytest.fixture
def talk() -> Callable[[socket.socket, bytes], None]:
    """Say some octets, then wait until the client says something or goes."""

    def say(peer: socket.socket, octets: bytes) -> None:
        peer.sendall(octets)
        with suppress(OSError):
            peer.recv(1000)

    return say


@pytest.fixture
def served(
    raw_server: Callable[..., AbstractContextManager[int]], quick_relay: Callable[..., Relay], stage: Stage
) -> Callable[..., Break]:
    """Why a client stops at a server that answers each thing that it hears with the next of `replies`."""

    def run(deliver: Deliver, count: int, *replies: bytes) -> Break:
        def behave(peer: socket.socket) -> None:
            for reply in (b"220 relay\r\n", EHLO, *replies):
                peer.sendall(reply)
                with suppress(ConnectionResetError):  # the client has heard enough
                    peer.recv(65_536)

        with raw_server(behave) as port:
            session = open_session(quick_relay(stage.make_sink(), port=port), "client.example.org")
            session.replies_identify_commands = True
            stop = deliver(session, stage.envelopes(count), stage.notes, lambda: True)
            assert session.closed
        assert stop is not None
        return stop

    return run
