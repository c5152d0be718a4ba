"""Opening sessions: TLS, AUTH, and each way in which a relay can say no."""

import contextlib
import socket
import time
from dataclasses import replace

import pytest

from newsletter.core.errors import Decision, Refused
from newsletter.smtp.session import Capabilities, SessionFailed, Step, open_session
from newsletter.smtp.sink import Act, At, Rule
from newsletter.smtp.timeouts import Timeouts
from newsletter.smtp.url import Encryption, Relay

HELLO = "client.example.org"
USERS = {"ana": "s3cr3t", "Ünal": "päß wörd"}


def test_capabilities_are_those_of_ehlo(make_sink, dial):
    session = dial(make_sink(size=1000))
    assert session.capabilities == Capabilities(
        pipelining=True, chunking=True, smtputf8=True, eight_bit_mime=True, size=1000
    )
    bare = dial(make_sink(size=None, pipelining=False, chunking=False, smtputf8=False, eight_bit_mime=False))
    assert bare.capabilities == Capabilities()
    assert not bare.encrypted


@pytest.mark.parametrize(
    ("features", "capabilities"),
    [
        ({"size": ""}, Capabilities(size=0)),
        ({"size": "lots"}, Capabilities(size=0)),
        ({"auth": " plain LOGIN"}, Capabilities(auth=frozenset({"PLAIN", "LOGIN"}))),
    ],
)
def test_capabilities_of_odd_servers(features, capabilities):
    assert Capabilities.from_ehlo(features) == capabilities


class TestNo:
    def test_nothing_listens(self, make_sink, dial):
        sink = make_sink()
        sink.refuse()
        with pytest.raises(SessionFailed, match=r"Nothing is listening at 127\.0\.0\.1") as failed:
            dial(sink)
        assert (failed.value.step, failed.value.decision) == (Step.CONNECT, Decision.RETRY)
        assert failed.value.code == "smtp_connect"
        sink.listen()
        assert dial(sink).alive()

    def test_an_unknown_name(self):
        with pytest.raises(SessionFailed, match="cannot be found") as failed:
            open_session(Relay("a" * 70 + ".invalid", 25), HELLO)
        assert failed.value.step is Step.CONNECT

    def test_a_host_that_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as full, contextlib.ExitStack() as fillers:
            address = full.getsockname()
            for _ in range(2):
                filler = fillers.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(address)
            time.sleep(0.1)
            relay = Relay("127.0.0.1", address[1], timeouts=Timeouts(connect=0.3))
            with pytest.raises(SessionFailed, match=r"did not answer within 0\.3 seconds") as failed:
                open_session(relay, HELLO)
        assert failed.value.step is Step.CONNECT

    @pytest.mark.parametrize(
        ("rule", "step", "temporary", "says"),
        [
            (Rule(At.CONNECT, Act.DROP), Step.GREETING, True, "went away at the greeting step"),
            (Rule(At.GREETING, Act.DROP), Step.GREETING, True, "went away at the greeting step"),
            (Rule(At.GREETING, Act.SILENT), Step.GREETING, True, "went away at the greeting step"),
            (
                Rule(At.GREETING, code=421, text="4.3.2 Full"),
                Step.GREETING,
                True,
                "refused the connection: 421",
            ),
            (
                Rule(At.GREETING, code=554, text="5.7.1 No"),
                Step.GREETING,
                False,
                "refused the connection: 554",
            ),
            (Rule(At.GREETING, code=250, text="Hi"), Step.GREETING, False, "refused the connection: 250 Hi"),
            (Rule(At.EHLO, code=450, text="No"), Step.EHLO, True, "refused our name"),
            (Rule(At.EHLO, code=550, text="No"), Step.EHLO, False, "refused our name"),
            (Rule(At.EHLO, Act.DROP), Step.EHLO, True, "went away at the ehlo step"),
        ],
    )
    def test_a_fault_on_the_way(self, rule, step, temporary, says, lay):
        with pytest.raises(SessionFailed, match=says) as failed:
            lay(rule)
        assert (failed.value.step, failed.value.temporary) == (step, temporary)
        assert failed.value.message.endswith(".")

    @pytest.fixture
    def lay(self, make_sink, dial):
        return lambda rule: dial(make_sink(rule))

    @pytest.mark.parametrize(
        "noise", [b"HTTP/1.1 400 Bad\r\n", b"\x15\x03\x01\x00\x02\x02P", b"x" * 9000, b"\r\n"]
    )
    def test_a_server_that_does_not_speak_smtp(self, noise, raw_server, talk):
        with raw_server(lambda peer: talk(peer, noise)) as port:
            relay = Relay("127.0.0.1", port, Encryption.NEVER, timeouts=Timeouts(greeting=0.5))
            with pytest.raises(SessionFailed, match="went away at the greeting step"):
                open_session(relay, HELLO)

    def test_an_old_server_that_knows_helo_only(self, make_sink, dial):
        session = dial(make_sink(Rule(At.EHLO, code=502, text="5.5.1 What?")))
        assert session.capabilities == Capabilities()
        assert session.alive()

    @pytest.mark.parametrize("name", ["", "a b", "a\r\nMAIL FROM:<x@example.com>", "-x", "ü.example"])
    def test_an_impossible_name_of_ours(self, name):
        with pytest.raises(Refused, match="EHLO name"):
            open_session(Relay("127.0.0.1", 9), name)


class TestLife:
    def test_quit_is_polite(self, make_sink, dial):
        sink = make_sink()
        session = dial(sink)
        session.close()
        session.close()
        assert session.closed
        assert not session.alive()
        assert (sink.counts.connections, sink.counts.lost) == (1, 0)

    @pytest.mark.parametrize("act", [Act.SILENT, Act.DROP])
    def test_quit_does_not_wait_long_and_never_raises(self, make_sink, dial, act):
        session = dial(make_sink(Rule(At.QUIT, act)))
        start = time.monotonic()
        session.close()
        assert time.monotonic() - start < 1
        assert session.closed

    @pytest.mark.parametrize(
        "rule",
        [
            Rule(At.NOOP, Act.SILENT),
            Rule(At.NOOP, Act.DROP),
            Rule(At.NOOP, code=421),
            Rule(At.NOOP, Act.EXTRA),
        ],
    )
    def test_a_session_that_is_not_alive_is_closed(self, make_sink, dial, rule):
        session = dial(make_sink(rule))
        assert not session.alive()
        assert session.closed

    def test_an_abort_is_no_quit(self, make_sink, dial, eventually):
        sink = make_sink()
        dial(sink).abort()
        eventually(lambda: sink.counts.lost == 1)

    def test_the_greeting_may_take_its_time(self, make_sink, quick_relay):
        sink = make_sink(Rule(At.GREETING, Act.STALL, seconds=0.5))
        relay = replace(quick_relay(sink), timeouts=Timeouts(connect=0.3, greeting=2))
        session = open_session(relay, HELLO)
        assert session.alive()
        session.close()
