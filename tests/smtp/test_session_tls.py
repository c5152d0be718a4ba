"""STARTTLS, implicit TLS and AUTH: what is verified, and what is never sent."""

import contextlib
import socket

import pytest

from newsletter.core.errors import Decision
from newsletter.smtp.session import Capabilities, SessionFailed, Step, open_session
from newsletter.smtp.sink import Act, At, Rule
from newsletter.smtp.url import Encryption, Relay, parse_smtp_url

HELLO = "client.example.org"
USERS = {"ana": "s3cr3t", "Ünal": "päß wörd"}


class TestTls:
    def test_starttls_with_a_verified_certificate(self, make_sink, dial, certificate):
        sink = make_sink(tls=certificate.context)
        session = dial(sink, ca_file=certificate.pem)
        assert session.encrypted
        assert session.relay.encryption is Encryption.REQUIRED
        assert session.capabilities.pipelining
        assert session.alive()
        session.close()
        assert sink.counts.lost == 0

    def test_implicit_tls(self, make_sink, dial, certificate):
        session = dial(make_sink(tls=certificate.context, implicit_tls=True), ca_file=certificate.pem)
        assert session.encrypted
        assert session.alive()

    @pytest.mark.parametrize("implicit", [True, False])
    def test_an_unknown_authority_is_refused(self, make_sink, dial, certificate, implicit):
        sink = make_sink(tls=certificate.context, implicit_tls=implicit)
        with pytest.raises(SessionFailed, match=r"certificate .* is not valid") as failed:
            dial(sink)
        assert failed.value.step is Step.TLS
        assert failed.value.decision is Decision.OPERATOR

    @pytest.mark.parametrize("implicit", [True, False])
    def test_a_certificate_for_somebody_else_is_refused(self, make_sink, dial, other_certificate, implicit):
        sink = make_sink(tls=other_certificate.context, implicit_tls=implicit)
        with pytest.raises(SessionFailed, match=r"not valid for 127\.0\.0\.1") as failed:
            dial(sink, ca_file=other_certificate.pem)
        assert failed.value.step is Step.TLS

    def test_verification_can_be_given_up_on_loopback(self, make_sink, dial, other_certificate):
        assert dial(make_sink(tls=other_certificate.context), verify=False).encrypted

    def test_required_and_not_offered(self, make_sink, dial):
        with pytest.raises(SessionFailed, match="offers no STARTTLS") as failed:
            dial(make_sink(), encryption=Encryption.REQUIRED)
        assert (failed.value.step, failed.value.temporary) == (Step.TLS, False)

    def test_offered_takes_what_there_is(self, make_sink, dial, certificate):
        assert not dial(make_sink(), encryption=Encryption.OFFERED).encrypted
        there = make_sink(tls=certificate.context)
        assert dial(there, encryption=Encryption.OFFERED, ca_file=certificate.pem).encrypted
        with pytest.raises(SessionFailed, match="not valid"):
            dial(there, encryption=Encryption.OFFERED)

    @pytest.mark.parametrize(("code", "temporary"), [(454, True), (501, False)])
    def test_starttls_refused(self, make_sink, dial, certificate, code, temporary):
        sink = make_sink(Rule(At.STARTTLS, code=code, text="No"), tls=certificate.context)
        with pytest.raises(SessionFailed, match=f"refused to start TLS: {code} No") as failed:
            dial(sink)
        assert (failed.value.step, failed.value.temporary) == (Step.TLS, temporary)

    @pytest.mark.parametrize("act", [Act.DROP, Act.SILENT])
    def test_gone_at_starttls(self, make_sink, dial, certificate, act):
        with pytest.raises(SessionFailed, match="went away at the tls step") as failed:
            dial(make_sink(Rule(At.STARTTLS, act), tls=certificate.context))
        assert failed.value.temporary

    def test_a_server_in_clear_where_tls_is_expected(self, make_sink, dial):
        with pytest.raises(SessionFailed, match="smtps:// is for TLS from the start") as failed:
            dial(make_sink(), encryption=Encryption.IMPLICIT)
        assert failed.value.step is Step.TLS

    def test_what_was_injected_before_the_handshake_is_forgotten(self, certificate, raw_server, talk):
        """RFC 3207 §4.2: else somebody in the middle chooses our capabilities."""

        def server(peer: socket.socket) -> None:
            talk(peer, b"220 hi\r\n")
            talk(peer, b"250-x\r\n250 STARTTLS\r\n")
            peer.sendall(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")
            with contextlib.closing(certificate.context.wrap_socket(peer, server_side=True)) as secret:
                secret.recv(1000)
                secret.sendall(b"250-x\r\n250 CHUNKING\r\n")
                secret.recv(1000)

        with raw_server(server) as port:
            relay = Relay("127.0.0.1", port, ca_file=certificate.pem)
            session = open_session(relay, HELLO)
            assert session.capabilities == Capabilities(chunking=True)
            session.abort()


class TestAuth:
    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
    @pytest.mark.parametrize("user", list(USERS))
    def test_each_mechanism(self, make_sink, dial, certificate, mechanism, user):
        sink = make_sink(tls=certificate.context, users=USERS, mechanisms=(mechanism,), auth_required=True)
        session = dial(sink, ca_file=certificate.pem, user=user, password=USERS[user])
        assert session.alive()

    @pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
    def test_a_wrong_password(self, make_sink, dial, certificate, mechanism):
        sink = make_sink(tls=certificate.context, users=USERS, mechanisms=(mechanism,))
        with pytest.raises(SessionFailed, match="did not accept user ana: 535") as failed:
            dial(sink, ca_file=certificate.pem, user="ana", password="wrong-canary")
        assert (failed.value.step, failed.value.decision) == (Step.AUTH, Decision.OPERATOR)
        assert failed.value.reply is not None
        assert failed.value.reply.enhanced == "5.7.8"
        assert "wrong-canary" not in str(failed.value)

    def test_a_temporary_failure(self, make_sink, dial, certificate):
        sink = make_sink(Rule(At.AUTH, code=454, text="4.7.0 Later"), tls=certificate.context, users=USERS)
        with pytest.raises(SessionFailed, match="cannot check the credentials now") as failed:
            dial(sink, ca_file=certificate.pem, user="ana", password="s3cr3t")
        assert failed.value.temporary

    def test_the_password_is_offered_once(self, make_sink, dial, certificate):
        """Once per mechanism would lock accounts."""
        sink = make_sink(Rule(At.AUTH, code=535, text="No", times=1), tls=certificate.context, users=USERS)
        with pytest.raises(SessionFailed):
            dial(sink, ca_file=certificate.pem, user="ana", password="s3cr3t")

    def test_never_in_clear_unless_told(self, make_sink, dial):
        sink = make_sink(Rule(At.AUTH, Act.DROP), users=USERS, auth_in_clear=True)
        with pytest.raises(SessionFailed, match=r"were not sent .* not encrypted") as failed:
            dial(sink, user="ana", password="s3cr3t")
        assert failed.value.step is Step.AUTH

    def test_in_clear_when_told(self, make_sink, dial):
        sink = make_sink(users=USERS, auth_in_clear=True, auth_required=True)
        assert dial(sink, user="ana", password="s3cr3t", auth_in_clear=True).alive()

    def test_no_auth_offered(self, make_sink, dial, certificate):
        with pytest.raises(SessionFailed, match="offers no AUTH"):
            dial(make_sink(tls=certificate.context), ca_file=certificate.pem, user="ana", password="x")

    def test_no_mechanism_that_we_speak(self, make_sink, dial, certificate):
        sink = make_sink(tls=certificate.context, users=USERS, mechanisms=("XOAUTH2",))
        with pytest.raises(SessionFailed, match="offers XOAUTH2 only"):
            dial(sink, ca_file=certificate.pem, user="ana", password="x")


def test_a_relay_on_this_machine_needs_no_certificate_and_no_tls(make_sink, certificate):
    for tls, encrypted in ((certificate.context, True), (None, False)):
        sink = make_sink(tls=tls, users=USERS, auth_in_clear=True)
        for user in ("", "ana:s3cr3t@"):
            relay = parse_smtp_url(f"smtp://{user}127.0.0.1:{sink.port}")
            session = open_session(relay, "news.example")
            assert session.encrypted is encrypted
            session.close()
