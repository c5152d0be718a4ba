"""Mailgun: an HMAC over a time and a token, which are within the body.

https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/#securing-webhooks
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from newsletter.feedback.events import FeedbackEvent
from newsletter.feedback.webhooks.bounced import bounce, complaint, message_clues
from newsletter.feedback.webhooks.posted import (
    HookAccount,
    Posted,
    Reading,
    check_time,
    forged,
    mapping,
    moment,
    moment_or_none,
    read_json,
    text,
    unsigned,
)

KEY = "mailgun"


def read(posted: Posted, account: HookAccount) -> Reading:
    """The event of a post. What is signed is not the event: a token may be used once (`replay_key`)."""
    body = mapping(read_json(posted.raw))
    signature = mapping(body.get("signature"))
    timestamp, token = text(signature.get("timestamp")), text(signature.get("token"))
    given = text(signature.get("signature"))
    if not (timestamp and token and given and account.secret):
        raise unsigned()
    expected = hmac.new(account.secret.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise forged()
    check_time(moment(timestamp), posted.now)
    return Reading(tuple(events_in(body)), token)


def events_in(body: Any) -> Iterator[FeedbackEvent]:
    """The events in a post that is genuine."""
    return _events(mapping(mapping(body).get("event-data")))


def _events(data: dict[str, Any]) -> Iterator[FeedbackEvent]:
    event = text(data.get("event"))
    recipient = text(data.get("recipient"))
    headers = mapping(mapping(data.get("message")).get("headers"))
    clues = message_clues(text(headers.get("message-id")), text(mapping(data.get("envelope")).get("sender")))
    at = moment_or_none(data.get("timestamp"))
    if event == "complained":
        yield complaint(KEY, recipient, clues=clues, at=at)
    elif event == "failed" and text(data.get("reason")) not in {"suppress-bounce", "suppress-complaint"}:
        status = mapping(data.get("delivery-status"))
        words = text(status.get("message")) or text(status.get("description"))
        said = f"{text(status.get('code'))} {words}".strip()
        action = "delayed" if text(data.get("severity")) == "temporary" else "failed"
        code = text(status.get("enhanced-code"))
        yield bounce(KEY, recipient, said, code=code, action=action, clues=clues, at=at)
