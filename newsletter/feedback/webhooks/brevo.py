"""Brevo, which signs nothing: a token, or a user and a password, that are set with its webhook.

https://developers.brevo.com/docs/username-and-password-authentication
"""

from collections.abc import Iterator
from typing import Any

from newsletter.feedback.events import EventReason, FeedbackEvent
from newsletter.feedback.webhooks.bounced import bounce, complaint, message_clues
from newsletter.feedback.webhooks.posted import (
    HookAccount,
    Posted,
    Reading,
    check_password,
    mapping,
    mappings,
    moment_or_none,
    read_json,
    text,
)

KEY = "brevo"
_HINTS = {"hard_bounce": None, "soft_bounce": None, "invalid_email": EventReason.USER_UNKNOWN}


def read(posted: Posted, account: HookAccount) -> Reading:
    """The events of a post with the right token or password (`account.secret`)."""
    check_password(posted, account.secret)
    body = read_json(posted.raw)
    keys = [
        ":".join(text(each.get(name)) for name in ("event", "message-id", "email", "ts_event"))
        for each in _posts(body)
    ]
    return Reading(tuple(events_in(body)), " ".join(keys)[:1_000])


def events_in(body: Any) -> Iterator[FeedbackEvent]:
    """The events in a post that is genuine."""
    return (event for each in _posts(body) for event in _events(each))


def _posts(body: Any) -> list[dict[str, Any]]:
    """One post, or several that came together."""
    return mappings(body) or [mapping(body)]


def _events(data: dict[str, Any]) -> Iterator[FeedbackEvent]:
    event, recipient = text(data.get("event")), text(data.get("email"))
    clues = message_clues(text(data.get("message-id")))
    at = moment_or_none(data.get("ts_event") or data.get("ts"))
    said = text(data.get("reason"))
    if event == "spam":
        yield complaint(KEY, recipient, clues=clues, at=at)
    elif event == "deferred":
        yield bounce(KEY, recipient, said, action="delayed", clues=clues, at=at)
    elif event in _HINTS:
        yield bounce(
            KEY, recipient, said, hint=_HINTS[event], is_final=event != "soft_bounce", clues=clues, at=at
        )
