"""Test a relay: connect, sign in and send one short message."""

from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid

from newsletter.core import clock
from newsletter.core.idn import to_ascii_address
from newsletter.rendering.addresses import needs_smtputf8
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.probe import Finding, ProbeStep, Result, probe
from newsletter.smtp.url import Relay


def send_probe(
    relay: Relay, mail_name: str, sender: str, recipient: str, public_url: str
) -> tuple[Finding, ...]:
    """The finding of each step, up to a test message to `recipient`.

    `mail_name` is what EHLO says, `public_url` what the message names as its origin. It takes some seconds,
    so no transaction should be open.
    """
    message = _test_message(sender, recipient, public_url)
    return probe(relay, mail_name, Envelope(0, sender, recipient, message, needs_smtputf8(recipient)))


def failed_step(findings: tuple[Finding, ...]) -> ProbeStep | None:
    """The step that failed; None when all succeeded."""
    return next((finding.step for finding in findings if finding.result is Result.FAILED), None)


def _test_message(sender: str, recipient: str, public_url: str) -> bytes:
    message = EmailMessage(SMTPUTF8 if needs_smtputf8(recipient) else SMTP)
    sender = to_ascii_address(sender)
    message["From"] = sender
    message["To"] = recipient if needs_smtputf8(recipient) else to_ascii_address(recipient)
    message["Subject"] = "The relay works"
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"This test message was sent from the settings of {public_url}\n")
    return message.as_bytes()
