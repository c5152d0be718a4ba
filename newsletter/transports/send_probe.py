"""Try a transport with one short message to somebody who will look for it."""

from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid

from newsletter.core import clock
from newsletter.rendering.addresses import needs_smtputf8, to_ascii_domain
from newsletter.smtp.dialogue import Envelope
from newsletter.smtp.probe import Finding, ProbeStep, Result, probe
from newsletter.smtp.url import Relay


def try_out(
    relay: Relay, mail_name: str, sender: str, recipient: str, public_url: str
) -> tuple[Finding, ...]:
    """What came of each step, up to a test message. No transaction should be open: it takes some seconds.

    `mail_name` is what EHLO says, `public_url` what the message names as its origin.
    """
    letter = _letter(sender, recipient, public_url)
    return probe(relay, mail_name, Envelope(0, sender, recipient, letter, needs_smtputf8(recipient)))


def failed_step(findings: tuple[Finding, ...]) -> ProbeStep | None:
    """Where it ended; None when everything went well."""
    return next((one.step for one in findings if one.result is Result.FAILED), None)


def _letter(sender: str, recipient: str, public_url: str) -> bytes:
    message = EmailMessage(SMTPUTF8 if needs_smtputf8(recipient) else SMTP)
    domain = sender.rpartition("@")[2]
    message["From"] = f"{sender.rpartition('@')[0]}@{to_ascii_domain(domain)}"
    message["To"] = recipient if needs_smtputf8(recipient) else _ascii(recipient)
    message["Subject"] = "The relay works"
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=to_ascii_domain(domain))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"This test message was sent from the settings of {public_url}\n")
    return message.as_bytes()


def _ascii(address: str) -> str:
    local, _at, domain = address.rpartition("@")
    return f"{local}@{to_ascii_domain(domain)}"
