"""Posts of providers: their octets, checked, become events. Nothing here stores, asks or fetches.

`WEBHOOKS` is the registry, by the word in the address that a provider posts to.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from newsletter.core.registry import Registry
from newsletter.feedback.events import FeedbackEvent
from newsletter.feedback.parsers.shorten import shortened
from newsletter.feedback.webhooks import brevo, mailgun, postmark, resend, sendgrid, ses
from newsletter.feedback.webhooks.posted import (
    MOST_EVENTS,
    MOST_OCTETS,
    HookAccount,
    Posted,
    Reading,
    WebhookRefused,
    read_json,
    unreadable,
)

__all__ = [
    "WEBHOOKS",
    "HookAccount",
    "Posted",
    "Reading",
    "Webhook",
    "WebhookRefused",
    "read_kept_post",
    "read_webhook",
]


UNREADABLE = (TypeError, ValueError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Webhook:
    """`read` checks a post and says what is in it. Raises `WebhookRefused`.

    `events_in`: the same for the JSON of a post that was checked before.
    """

    key: str
    read: Callable[[Posted, HookAccount], Reading]
    events_in: Callable[[Any], Iterator[FeedbackEvent]]


WEBHOOKS: Registry[Webhook] = Registry(
    "webhook",
    [
        Webhook(each.KEY, each.read, each.events_in)
        for each in (ses, mailgun, sendgrid, postmark, brevo, resend)
    ],
)


def read_webhook(provider: str, posted: Posted, account: HookAccount) -> Reading:
    """What a genuine post says. `WebhookRefused` for every other one, whatever is wrong with it."""
    if len(posted.raw) > MOST_OCTETS:
        raise WebhookRefused("webhook_too_large", "The post is too large.")
    try:
        reading = WEBHOOKS[provider].read(posted, account)
    except UNREADABLE as error:
        raise unreadable() from error
    return replace(reading, events=_bounded(reading.events))


def read_kept_post(provider: str, raw: bytes) -> tuple[FeedbackEvent, ...]:
    """What a post says that was checked when it came; `WebhookRefused` for one that was not kept whole."""
    try:
        return _bounded(tuple(WEBHOOKS[provider].events_in(read_json(raw))))
    except UNREADABLE as error:
        raise unreadable() from error


def _bounded(events: tuple[FeedbackEvent, ...]) -> tuple[FeedbackEvent, ...]:
    return tuple(map(shortened, events[:MOST_EVENTS]))
