"""Whose name mail of a sender's domain goes out in: signature, return path, and the host that sends."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.core.errors import DomainError
from newsletter.core.host_names import is_ip_address, is_loopback
from newsletter.transports.dkim_keys import signers_for
from newsletter.transports.find import transport_configs

# What relays ask their customers to put into SPF, by the end of the relay's host name.
SPF_OF_RELAYS = {
    "amazonaws.com": "amazonses.com",
    "mailgun.org": "mailgun.org",
    "sendgrid.net": "sendgrid.net",
    "mtasv.net": "spf.mtasv.net",
    "postmarkapp.com": "spf.mtasv.net",
    "brevo.com": "spf.brevo.com",
    "sendinblue.com": "spf.brevo.com",
    "gmail.com": "_spf.google.com",
    "google.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
}


@dataclass(frozen=True)
class OurMail:
    """What the settings say about the mail of this installation.

    secrets:       open keys and passwords.
    bounce_domain: that of return paths; empty: the sender's own.
    smtp_url:      the relays of the environment.
    mail_name:     the name that we greet with.
    """

    secrets: Sequence[str]
    bounce_domain: str = ""
    smtp_url: str = ""
    mail_name: str = ""


@dataclass(frozen=True)
class MailIdentity:
    """Whose name mail goes out in: A-labels, lower case.

    domain:   that of the From header.
    envelope: that of the return path, which SPF is about.
    signed:   that of the DKIM signature; empty where we do not sign.
    keys:     the name and the text of the DNS record of each key that signs.
    host:     the host that sends, if it is this one; empty: a relay elsewhere.
    includes: what its relays want in the SPF record.
    """

    domain: str
    envelope: str
    signed: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    host: str = ""
    includes: tuple[str, ...] = ()


def mail_identity(session: Session, domain: str, ours: OurMail) -> MailIdentity:
    """That of mail from `domain`. A key that cannot be read signs nothing."""
    signed = ""
    keys: tuple[tuple[str, str], ...] = ()
    with contextlib.suppress(DomainError):
        signers = signers_for(session, ours.secrets, f"x@{domain}")
        keys = tuple((signer.record_name, signer.record) for signer in signers)
        signed = signers[0].domain if signers else ""
    hosts = _relay_hosts(session, ours)
    named = not ours.mail_name.startswith("[") and not is_loopback(ours.mail_name)
    sends_itself = named and ours.mail_name and any(is_loopback(host) for host in hosts)
    return MailIdentity(
        domain,
        ours.bounce_domain or domain,
        signed,
        keys,
        host=ours.mail_name if sends_itself and not is_ip_address(ours.mail_name) else "",
        includes=tuple(sorted({include for host in hosts if (include := _include(host))})),
    )


def _relay_hosts(session: Session, ours: OurMail) -> list[str]:
    if not ours.smtp_url:
        return []
    return [config.relay.host for config in transport_configs(session, ours.secrets, ours.smtp_url)]


def _include(host: str) -> str:
    return next((name for end, name in SPF_OF_RELAYS.items() if f".{host}".endswith(f".{end}")), "")
