"""Trying a relay step by step, against real servers and their faults."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.probe import Finding, Limits, ProbeStep, Result, probe
from newsletter.smtp.sink import Act, At, Rule
from newsletter.smtp.url import Encryption, Relay

HELLO = "client.example.org"
LETTER = Envelope(0, "desk@press.example", "ana@press.example", b"Subject: Test\r\n\r\nIt works.\r\n")
QUICK = Limits(look_up=1, connect=0.5, step=0.6, total=1.5)
USERS = {"ana": "s3cr3t-canary"}


@pytest.fixture
def tried(quick_relay) -> Callable[..., dict[str, Finding]]:
    """Probes the relay of a sink, or a relay as it is."""

    def run(target, limits: Limits = QUICK, **changes) -> dict[str, Finding]:
        relay = replace(target, **changes) if isinstance(target, Relay) else quick_relay(target, **changes)
        return {finding.step.value: finding for finding in probe(relay, HELLO, LETTER, limits)}

    return run


def results(findings: dict[str, Finding]) -> dict[str, str]:
    return {step: finding.result.value for step, finding in findings.items()}


def dribbling(octets: bytes) -> Callable[[socket.socket], None]:
    """A server that says this again and again, as long as somebody is there."""

    def dribble(peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer.sendall(octets)
                time.sleep(0.1)

    return dribble


class TestDone:
    def test_in_clear(self, make_sink, tried):
        sink = make_sink()
        findings = tried(sink)
        assert results(findings) == {
            "look_up": "done",
            "connect": "done",
            "greeting": "done",
            "tls": "not_needed",
            "auth": "not_needed",
            "message": "done",
        }
        assert list(findings) == ["look_up", "connect", "greeting", "tls", "auth", "message"]
        assert findings["greeting"].said.startswith("220 ")
        assert findings["message"].said.startswith("250 ")
        assert [record.recipient for record in sink.records] == ["ana@press.example"]

    @pytest.mark.parametrize("implicit", [True, False])
    def test_with_tls_and_auth(self, make_sink, tried, certificate, implicit):
        sink = make_sink(tls=certificate.context, implicit_tls=implicit, users=USERS, auth_required=True)
        findings = tried(sink, ca_file=certificate.pem, user="ana", password=USERS["ana"])
        assert set(results(findings).values()) == {"done"}
        assert findings["tls"].said.startswith("TLSv1.")
        assert list(findings)[2:4] == (["tls", "greeting"] if implicit else ["greeting", "tls"])
        assert findings["auth"].said.startswith("235")


class TestFailed:
    def test_a_name_that_does_not_exist(self, tried):
        found = tried(Relay("no-such-host.invalid", 25), limits=replace(QUICK, look_up=4, total=5))
        assert results(found)["look_up"] == "failed"
        assert set(list(results(found).values())[1:]) <= {"not_reached", "not_needed"}
        assert "DNS" in found["look_up"].advice

    def test_nothing_listens(self, tried):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        found = tried(Relay("127.0.0.1", port))
        assert (found["look_up"].result, found["connect"].result) == (Result.DONE, Result.FAILED)
        assert "refused" in found["connect"].said.lower()
        assert "port" in found["connect"].advice

    def test_a_black_hole(self, tried, black_hole):
        began = time.monotonic()
        findings = tried(Relay("127.0.0.1", black_hole))
        assert time.monotonic() - began < 3
        assert findings["connect"].result is Result.FAILED
        assert "no answer within 0.5 seconds" in findings["connect"].said
        assert "firewall" in findings["connect"].advice

    def test_a_server_that_says_nothing(self, make_sink, tried):
        found = tried(make_sink(Rule(At.GREETING, Act.SILENT)))
        assert found["greeting"].result is Result.FAILED
        assert "silent for 0.6 seconds" in found["greeting"].said
        assert "TLS" in found["greeting"].advice

    def test_a_server_that_dribbles_for_ever(self, tried, raw_server):
        with raw_server(dribbling(b"2")) as port:
            began = time.monotonic()
            found = tried(Relay("127.0.0.1", port))
            assert time.monotonic() - began < 3
        assert found["greeting"].result is Result.FAILED
        assert found["message"].result is Result.NOT_REACHED

    def test_a_greeting_that_never_ends(self, tried, raw_server):
        with raw_server(dribbling(b"220-wait\r\n")) as port:
            found = tried(Relay("127.0.0.1", port))
        assert found["greeting"].said == "not done within the 1.5 seconds that a test may take"

    def test_no_time_left_for_another_address(self, tried, make_sink):
        found = tried(make_sink(), replace(QUICK, connect=0.0))
        assert found["connect"].said == "no answer within 0 seconds"

    def test_something_that_is_no_mail_server(self, tried, raw_server, talk):
        with raw_server(lambda peer: talk(peer, b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
            found = tried(Relay("127.0.0.1", port))
        assert found["greeting"].result is Result.FAILED

    def test_a_refusing_greeting(self, make_sink, tried):
        found = tried(make_sink(Rule(At.GREETING, code=554, text="5.7.1 Not from here")))
        assert found["greeting"].said == "554 5.7.1 Not from here"
        assert found["auth"].result is Result.NOT_NEEDED

    @pytest.mark.parametrize("implicit", [True, False])
    def test_a_certificate_that_nobody_vouches_for(self, make_sink, tried, certificate, implicit):
        found = tried(make_sink(tls=certificate.context, implicit_tls=implicit))
        assert found["tls"].result is Result.FAILED
        assert "self-signed" in found["tls"].said
        assert "authority" in found["tls"].advice

    def test_a_certificate_for_another_name(self, make_sink, tried, other_certificate):
        found = tried(make_sink(tls=other_certificate.context), ca_file=other_certificate.pem)
        assert found["tls"].result is Result.FAILED
        assert "a different name than 127.0.0.1" in found["tls"].advice

    def test_starttls_that_is_not_offered(self, make_sink, tried):
        found = tried(make_sink(), encryption=Encryption.REQUIRED)
        assert found["tls"].result is Result.FAILED
        assert "465" in found["tls"].advice
        assert found["tls"].said == "the answer to EHLO has no STARTTLS"

    def test_tls_on_a_port_in_clear(self, make_sink, tried):
        found = tried(make_sink(), encryption=Encryption.IMPLICIT)
        assert found["tls"].result is Result.FAILED
        assert "STARTTLS" in found["tls"].advice
        assert found["greeting"].result is Result.NOT_REACHED

    def test_a_wrong_password(self, make_sink, tried, certificate):
        sink = make_sink(tls=certificate.context, users=USERS)
        found = tried(sink, ca_file=certificate.pem, user="ana", password="wrong-canary")
        assert found["auth"].result is Result.FAILED
        assert found["auth"].said.startswith("535 5.7.8")
        assert "wrong-canary" not in repr(found)

    def test_a_server_that_repeats_the_password(self, make_sink, tried, certificate):
        spoken = "5.7.8 ana s3cr3t-canary czNjcjN0LWNhbmFyeQ== AGFuYQBzM2NyM3QtY2FuYXJ5 are wrong"
        sink = make_sink(Rule(At.AUTH, code=535, text=spoken), tls=certificate.context, users=USERS)
        found = tried(sink, ca_file=certificate.pem, user="ana", password=USERS["ana"])
        assert found["auth"].said == "535 5.7.8 ana ••• ••• ••• are wrong"

    def test_no_auth_offered(self, make_sink, tried, certificate):
        found = tried(make_sink(tls=certificate.context), ca_file=certificate.pem, user="a", password="b")
        assert found["auth"].result is Result.FAILED
        assert "leave out the user" in found["auth"].advice

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            (Rule(At.MAIL, code=550, text="5.7.1 Sender not verified"), "sender"),
            (Rule(At.RCPT, code=550, text="5.1.1 No such user"), "address"),
            (Rule(At.RCPT, code=451, text="4.7.1 Greylisted"), "few minutes"),
            (Rule(At.BODY, Act.DROP), "try again"),
            (Rule(At.BODY, Act.SILENT), "arrived"),
        ],
    )
    def test_a_message_that_is_not_taken(self, make_sink, tried, rule, words):
        found = tried(make_sink(rule))
        assert found["message"].result is Result.FAILED
        assert words in found["message"].advice
        assert found["greeting"].result is Result.DONE

    def test_every_failure_says_what_to_do(self, make_sink, tried):
        for at in (At.GREETING, At.EHLO, At.MAIL, At.RCPT, At.DATA, At.BODY):
            for fault in (Rule(at, code=550, text="No"), Rule(at, code=450, text="No"), Rule(at, Act.DROP)):
                found = tried(make_sink(fault))
                (failed,) = [one for one in found.values() if one.result is Result.FAILED]
                assert failed.said, (at, fault)
                assert failed.advice.endswith("."), (at, fault)


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port whose connections never come about: its queue of waiting ones is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(8):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(("127.0.0.1", port))
        time.sleep(0.1)
        yield port


def test_no_thread_stays_behind(make_sink, tried, eventually):
    """Neither the one that looks up the name nor the watch that ends the connection."""
    before = set(threading.enumerate())
    tried(make_sink(), limits=Limits())
    eventually(
        lambda: (
            not [
                one
                for one in set(threading.enumerate()) - before
                if isinstance(one, threading.Timer) or one.name == "look-up"
            ]
        )
    )


def test_steps_are_named_once():
    assert len({step.value for step in ProbeStep}) == 6
