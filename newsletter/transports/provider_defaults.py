"""What relays are known to put up with: connections at once, messages on each, messages in a day.

A transport's own limits win over these. Where a relay's documentation is silent, the number is one that
mailers have long used towards it without being turned away.
"""

import ipaddress
from dataclasses import dataclass

from newsletter.smtp.url import is_loopback


@dataclass(frozen=True)
class Habits:
    """The limits of a relay that nobody set any for. `per_second` and `per_day` are documented, or None."""

    connections: int
    messages_per_connection: int
    per_second: float | None = None
    per_day: int | None = None


DEFAULT = Habits(10, 100)
OWN = Habits(10, 1000)  # a relay of one's own: on this machine, or in a private network

# By the end of the host's name.
_HABITS: dict[str, Habits] = {
    # 2,000 messages in 24 hours for an account of Workspace: https://support.google.com/a/answer/166852
    "smtp.gmail.com": Habits(5, 50, per_day=2_000),
    # 10,000 recipients a day for a user: https://developer.nylas.com/docs/cookbook/email/gmail-smtp-settings/
    "smtp-relay.gmail.com": Habits(5, 50, per_day=10_000),
    # 3 connections, 30 messages a minute, 10,000 recipients a day:
    # https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
    "smtp.office365.com": Habits(3, 50, per_second=0.5, per_day=10_000),
    "smtp-mail.outlook.com": Habits(3, 50, per_second=0.5),
    "mail.protection.outlook.com": Habits(5, 50),
    "mail.yahoo.com": Habits(5, 20),
    "mail.me.com": Habits(10, 5),
    # At most 5,000 messages on a connection:
    # https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api
    "smtp.sendgrid.net": Habits(10, 1000),
    # At most 10 connections, and 50 messages on each: https://help.socketlabs.com/docs/smtp-server-restrictions
    "smtp.socketlabs.com": Habits(10, 50),
    # At most 5 connections of an account: http://www.authsmtp.com/faqs/faq-61.html
    "mail.authsmtp.com": Habits(5, 100),
}


def provider_defaults_for(host: str) -> Habits:
    """The habits of the relay at `host`, a name in lower case or an IP address."""
    if is_loopback(host) or _is_private(host):
        return OWN
    labels = host.split(".")
    ends = (".".join(labels[place:]) for place in range(len(labels)))
    return next((_HABITS[end] for end in ends if end in _HABITS), DEFAULT)


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host  # a name without a dot is one of this network
