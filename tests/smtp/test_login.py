"""AUTH with servers that change their mind, or never knew it."""

import base64

import pytest

from newsletter.smtp.session import SessionFailed, Step, open_session

CHALLENGE = base64.b64encode(b"<1.1@relay>")


@pytest.fixture
def logged_in(raw_server, quick_relay, make_sink):
    """Logs in at a server that offers `mechanisms` and answers AUTH with `replies`; returns what it heard."""

    def run(mechanisms, *replies):
        heard = []

        def behave(peer):
            peer.sendall(b"220 relay\r\n")
            peer.recv(1000)
            peer.sendall(b"250-relay\r\n250 AUTH " + mechanisms + b"\r\n")
            for reply in replies:
                heard.append(peer.recv(1000))
                peer.sendall(reply)

        with raw_server(behave) as port:
            relay = quick_relay(make_sink(), port=port, user="ana", password="s3cr3t", auth_in_clear=True)
            open_session(relay, "client.example.org").abort()
        return [line.split()[:2] for line in heard]

    return run


def test_a_mechanism_that_is_offered_and_not_known_is_passed_over(logged_in):
    asked = logged_in(
        b"PLAIN LOGIN CRAM-MD5",
        b"504 Not that\r\n",
        b"534 Too weak\r\n",
        b"334 " + CHALLENGE + b"\r\n",
        b"235 In\r\n",
    )
    assert [words[1] for words in asked[:3]] == [b"PLAIN", b"LOGIN", b"CRAM-MD5"]


@pytest.mark.parametrize("mechanism", [b"LOGIN", b"CRAM-MD5"])
def test_who_does_not_want_to_know_is_not_told(logged_in, mechanism):
    with pytest.raises(SessionFailed, match="did not accept user ana: 535") as failed:
        logged_in(mechanism, b"535 5.7.8 Not you\r\n")
    assert failed.value.step is Step.AUTH


def test_a_challenge_that_is_none(logged_in):
    with pytest.raises(SessionFailed, match="does not speak SMTP") as failed:
        logged_in(b"CRAM-MD5", b"334 abc\r\n")
    assert failed.value.step is Step.AUTH
