"""SendGrid: ECDSA over the time and the body.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.feedback.events import EventReason, FeedbackEvent
from newsletter.feedback.webhooks.bounced import bounce, complaint, message_clues
from newsletter.feedback.webhooks.posted import (
    HookAccount,
    Posted,
    Reading,
    WebhookRefused,
    check_time,
    decoded_signature,
    forged,
    mappings,
    moment,
    moment_or_none,
    read_json,
    text,
    unsigned,
)

KEY = "sendgrid"
SIGNATURE, TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"
_CLASSES = {
    "Invalid Address": EventReason.USER_UNKNOWN,
    "Mailbox Unavailable": EventReason.MAILBOX_FULL,
    "Reputation": EventReason.REPUTATION,
    "Content": EventReason.CONTENT,
    "Technical": EventReason.NETWORK,
    "Frequency or Volume Too High": EventReason.RATE_LIMITED,
}


def read(posted: Posted, account: HookAccount) -> Reading:
    """The events of a post; `account.secret` is the verification key, as SendGrid shows it."""
    given, timestamp = posted.headers.get(SIGNATURE, ""), posted.headers.get(TIMESTAMP, "")
    if not given or not timestamp:
        raise unsigned()
    signature = decoded_signature(given)
    try:
        _public_key(account).verify(signature, timestamp.encode() + posted.raw, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise forged() from error
    check_time(moment(timestamp), posted.now)
    return Reading(tuple(events_in(read_json(posted.raw))), hashlib.sha256(signature).hexdigest())


def events_in(body: Any) -> Iterator[FeedbackEvent]:
    """The events in a post that is genuine."""
    return (event for each in mappings(body) for event in _events(each))


def _public_key(account: HookAccount) -> EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(account.secret, validate=True))
    except (binascii.Error, ValueError) as error:
        raise _no_key() from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise _no_key()
    return key


def _no_key() -> WebhookRefused:
    return WebhookRefused("webhook_key", "The verification key of SendGrid is not one: copy it again.")


def _events(data: dict[str, Any]) -> Iterator[FeedbackEvent]:
    event, recipient = text(data.get("event")), text(data.get("email"))
    clues = message_clues(text(data.get("smtp-id")))
    at = moment_or_none(data.get("timestamp"))
    said = text(data.get("reason")) or text(data.get("response"))
    if event == "spamreport":
        yield complaint(KEY, recipient, clues=clues, at=at)
    elif event in {"bounce", "deferred"}:
        hint = _CLASSES.get(text(data.get("bounce_classification")))
        action = "delayed" if event == "deferred" else "failed"
        code = text(data.get("status"))
        is_final = text(data.get("type")) != "blocked"
        yield bounce(
            KEY,
            recipient,
            said,
            code=code,
            action=action,
            hint=hint,
            is_final=is_final,
            clues=clues,
            at=at,
        )
