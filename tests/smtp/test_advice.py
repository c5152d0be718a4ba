"""One sentence for each way in which a relay cannot be used."""

import ssl

import pytest

from newsletter.smtp.advice import EXPIRED, OTHER_NAME, advice_for, advice_for_message
from newsletter.smtp.failures import (
    SessionFailed,
    Step,
    auth_failed,
    connect_failed,
    said_no,
    tls_failed,
    went_away,
)
from newsletter.smtp.reply import Reply
from newsletter.smtp.url import Encryption, Relay
from newsletter.smtp.verdict import Reason

RELAY = Relay("relay.example", 587)
IMPLICIT = Relay("relay.example", 465, Encryption.IMPLICIT)
IN_CLEAR = Relay("relay.example", 25, Encryption.NEVER)
SILENT = went_away(RELAY, Step.GREETING, "timed out")


def no_auth(relay: Relay) -> SessionFailed:
    return SessionFailed(Step.AUTH, "No way to log in.", temporary=False)


def certificate(code: int) -> SessionFailed:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "certificate trouble"
    failed = tls_failed(RELAY, error)
    failed.__cause__ = error
    return failed


def broken_off() -> SessionFailed:
    failed = went_away(RELAY, Step.TLS, "reset")
    failed.__cause__ = ConnectionResetError()
    return failed


@pytest.mark.parametrize(
    ("step", "error", "relay", "says"),
    [
        ("look_up", None, RELAY, "Check the spelling"),
        ("connect", ConnectionRefusedError(), RELAY, "Nothing is listening"),
        ("connect", TimeoutError(), RELAY, "firewall"),
        ("connect", OSError(101, "Network is unreachable"), RELAY, "this server's network connection"),
        ("greeting", SILENT, RELAY, "choose TLS"),
        ("greeting", SILENT, IMPLICIT, "Try STARTTLS"),
        ("greeting", said_no(RELAY, Step.GREETING, Reply(554, "No")), RELAY, "accepts connections from"),
        ("greeting", said_no(RELAY, Step.GREETING, Reply(421, "Busy")), RELAY, "this is temporary"),
        ("tls", certificate(EXPIRED), RELAY, "has expired"),
        ("tls", certificate(20), RELAY, "does not trust the authority"),
        ("tls", certificate(OTHER_NAME), RELAY, "a different name than relay.example"),
        ("tls", certificate(23), RELAY, "cannot be trusted"),
        ("tls", SessionFailed(Step.TLS, "Not offered.", temporary=False), RELAY, "no STARTTLS here"),
        ("tls", broken_off(), RELAY, "which port and encryption"),
        ("tls", broken_off(), IMPLICIT, "does not use TLS from the start"),
        ("auth", no_auth(RELAY), RELAY, "no supported sign-in method"),
        ("auth", no_auth(IN_CLEAR), IN_CLEAR, "without encryption"),
        ("auth", said_no(RELAY, Step.AUTH, Reply(535, "No")), RELAY, "user name and password"),
        ("message", None, RELAY, ""),
    ],
)
def test_each_failure_has_its_advice(step, error, relay, says):
    advice = advice_for(step, error, relay)
    assert says in advice
    assert bool(says) is bool(advice)


@pytest.mark.parametrize(
    ("reason", "reply", "says"),
    [
        (Reason.SENDER_REFUSED, Reply(550, "No"), "does not send for this sender"),
        (Reason.LOST, Reply.local("gone"), "ended before the answer"),
        (Reason.LATER, Reply(450, "Later"), "this is temporary"),
        (Reason.NO_SUCH_USER, Reply(550, "Who?"), "Check the address"),
        (None, Reply(250, "OK"), "Check the address"),
    ],
)
def test_so_has_a_message_that_was_not_taken(reason, reply, says):
    assert says in advice_for_message(reason, reply)


@pytest.mark.parametrize(
    ("failed", "says"),
    [
        (connect_failed(RELAY, OSError(101, "Network is unreachable")), "Network is unreachable"),
        (connect_failed(RELAY, TimeoutError()), "did not answer within 30 seconds"),
        (tls_failed(RELAY, TimeoutError("timed out")), "went away at the tls step: timed out"),
        (tls_failed(RELAY, ssl.SSLEOFError(8, "EOF")), "went away at the tls step"),
    ],
)
def test_a_failure_says_what_happened(failed, says):
    assert says in failed.message


def test_a_reply_that_is_a_sentence_gets_no_second_full_stop() -> None:
    reply = Reply(421, "More than 80 messages in the last 24 hours.", "4.7.0")
    for step in Step:
        message = said_no(RELAY, step, reply).message
        assert message.endswith("24 hours.")
        assert ".." not in message
    assert auth_failed(RELAY, reply).message.endswith("24 hours.")
    refused = Reply(535, "Password expired.")
    assert "expired. Check its settings." in auth_failed(RELAY, refused).message
    assert went_away(RELAY, Step.EHLO, "it said nothing.").message.endswith("said nothing.")
