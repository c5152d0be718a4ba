"""Limits of well-known SMTP providers: connections at once, messages a connection, a second and a day.

A transport's own limits win over these. Where a relay's documentation is silent, the number is one that
mailers have long used towards it without being turned away.
"""

import ipaddress
from dataclasses import dataclass

from newsletter.core.host_names import is_loopback


@dataclass(frozen=True)
class ProviderDefaults:
    """The limits of a relay for which none were set. `per_second` and `per_day` are documented, or None."""

    connections: int
    messages_per_connection: int
    per_second: float | None = None
    per_day: int | None = None


DEFAULT = ProviderDefaults(10, 100)
PRIVATE_RELAY = ProviderDefaults(10, 1000)  # on this machine, or in a private network

# By the host's name, or the end of it.
_BY_HOST: dict[str, ProviderDefaults] = {
    # 2,000 messages in 24 hours for an account of Workspace: https://support.google.com/a/answer/166852
    "smtp.gmail.com": ProviderDefaults(5, 50, per_day=2_000),
    # 10,000 recipients a day for a user: https://developer.nylas.com/docs/cookbook/email/gmail-smtp-settings/
    "smtp-relay.gmail.com": ProviderDefaults(5, 50, per_day=10_000),
    # 3 connections, 30 messages a minute, 10,000 recipients a day:
    # https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
    "smtp.office365.com": ProviderDefaults(3, 50, per_second=0.5, per_day=10_000),
    "smtp-mail.outlook.com": ProviderDefaults(3, 50, per_second=0.5),
    "mail.protection.outlook.com": ProviderDefaults(5, 50),
    "mail.yahoo.com": ProviderDefaults(5, 20),
    "mail.me.com": ProviderDefaults(10, 5),
    # At most 5,000 messages on a connection:
    # https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api
    "smtp.sendgrid.net": ProviderDefaults(10, 1000),
    # At most 10 connections, and 50 messages on each: https://help.socketlabs.com/docs/smtp-server-restrictions
    "smtp.socketlabs.com": ProviderDefaults(10, 50),
    # At most 5 connections of an account: http://www.authsmtp.com/faqs/faq-61.html
    "mail.authsmtp.com": ProviderDefaults(5, 100),
}


def provider_defaults_for(host: str) -> ProviderDefaults:
    """The default limits of the relay at `host`, a name in lower case or an IP address."""
    if is_loopback(host) or _is_private(host):
        return PRIVATE_RELAY
    labels = host.split(".")
    ends = (".".join(labels[place:]) for place in range(len(labels)))
    return next((_BY_HOST[end] for end in ends if end in _BY_HOST), DEFAULT)


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host  # a name without a dot is one of this network
