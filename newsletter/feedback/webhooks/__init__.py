"""Posts of providers: their octets, checked, become events. Nothing here stores, asks or fetches.

`WEBHOOKS` is the registry, by the word in the address that a provider posts to.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from newsletter.core.registry import Registry
from newsletter.feedback.parsers.shorten import shortened
from newsletter.feedback.webhooks import brevo, mailgun, postmark, resend, sendgrid, ses
from newsletter.feedback.webhooks.posted import (
    MOST_EVENTS,
    MOST_OCTETS,
    HookAccount,
    Posted,
    Reading,
    WebhookRefused,
    unreadable,
)

__all__ = ["WEBHOOKS", "HookAccount", "Posted", "Reading", "Webhook", "WebhookRefused", "read_webhook"]


@dataclass(frozen=True)
class Webhook:
    """`read` checks a post and says what is in it. Raises `WebhookRefused`."""

    key: str
    read: Callable[[Posted, HookAccount], Reading]


WEBHOOKS: Registry[Webhook] = Registry(
    "webhook",
    [Webhook(each.KEY, each.read) for each in (ses, mailgun, sendgrid, postmark, brevo, resend)],
)


def read_webhook(provider: str, posted: Posted, account: HookAccount) -> Reading:
    """What a genuine post says. `WebhookRefused` for every other one, whatever is wrong with it."""
    if len(posted.raw) > MOST_OCTETS:
        raise WebhookRefused("webhook_too_large", "The post is too large.")
    try:
        reading = WEBHOOKS[provider].read(posted, account)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise unreadable() from error
    return replace(reading, events=tuple(map(shortened, reading.events[:MOST_EVENTS])))
