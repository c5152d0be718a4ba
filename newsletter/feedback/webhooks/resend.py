"""Resend: an HMAC over an id, the time and the body, in the manner of Standard Webhooks.

https://resend.com/docs/webhooks/verify-webhooks-requests
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from newsletter.feedback.events import FeedbackEvent
from newsletter.feedback.webhooks.bounced import SES_SUBTYPES, bounce, complaint, message_clues
from newsletter.feedback.webhooks.posted import (
    HookAccount,
    Posted,
    Reading,
    WebhookRefused,
    check_time,
    forged,
    mapping,
    mappings,
    moment,
    moment_or_none,
    read_json,
    text,
    unsigned,
)

KEY = "resend"


def read(posted: Posted, account: HookAccount) -> Reading:
    """The events of a post; `account.secret` is the signing secret, `whsec_…`."""
    names = ("svix-id", "svix-timestamp", "svix-signature")
    identifier, timestamp, given = (posted.headers.get(name, "") for name in names)
    if not (identifier and timestamp and given):
        raise unsigned()
    signed = f"{identifier}.{timestamp}.".encode() + posted.raw
    expected = base64.b64encode(hmac.new(_secret(account), signed, hashlib.sha256).digest())
    signatures = [each.partition(",")[2].encode() for each in given.split() if each.startswith("v1,")]
    if not any(hmac.compare_digest(each, expected) for each in signatures):
        raise forged()
    check_time(moment(timestamp), posted.now)
    return Reading(tuple(events_in(read_json(posted.raw))), identifier)


def events_in(body: Any) -> Iterator[FeedbackEvent]:
    """The events in a post that is genuine."""
    return _events(mapping(body))


def _secret(account: HookAccount) -> bytes:
    try:
        octets = base64.b64decode(account.secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if not octets:
        raise WebhookRefused("webhook_key", "The signing secret of Resend is not one: copy it again.")
    return octets


def _events(body: dict[str, Any]) -> Iterator[FeedbackEvent]:
    event, data = text(body.get("type")), mapping(body.get("data"))
    at = moment_or_none(body.get("created_at"))
    headers = {
        text(each.get("name")).lower(): text(each.get("value")) for each in mappings(data.get("headers"))
    }
    clues = message_clues(headers.get("message-id", ""), unsubscribe=headers.get("list-unsubscribe", ""))
    to = data.get("to")
    recipients = [text(each) for each in to[:100]] if isinstance(to, list) else [text(to)]
    for recipient in recipients:
        if event == "email.complained":
            yield complaint(KEY, recipient, clues=clues, at=at)
        elif event == "email.delivery_delayed":
            yield bounce(KEY, recipient, "", action="delayed", clues=clues, at=at)
        elif event == "email.bounced":
            facts = mapping(data.get("bounce"))
            hint = SES_SUBTYPES.get(text(facts.get("subType")))
            said, is_final = text(facts.get("message")), text(facts.get("type")) == "Permanent"
            yield bounce(KEY, recipient, said, hint=hint, is_final=is_final, clues=clues, at=at)
