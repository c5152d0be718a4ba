"""Amazon SES, whose notifications come through Amazon SNS, signed in version 1 or 2.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from newsletter.feedback.events import DeliveryClues, FeedbackEvent
from newsletter.feedback.webhooks.bounced import SES_SUBTYPES, bounce, complaint, message_clues
from newsletter.feedback.webhooks.posted import (
    HookAccount,
    Posted,
    Reading,
    WebhookRefused,
    check_time,
    decoded_signature,
    forged,
    mapping,
    mappings,
    moment_or_none,
    read_json,
    text,
    unsigned,
)

KEY = "ses"
WINDOW = timedelta(hours=1)  # in which SNS tries again what was not answered
_HOST = re.compile(r"sns\.([a-z0-9-]{3,30})\.amazonaws\.com(?:\.cn)?")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
_HASHES = {"1": SHA1, "2": SHA256}  # SHA-1 is what version 1 is; Amazon still signs so by default
_NO_COMPLAINT = frozenset({"not-spam", "auth-failure"})


def read(posted: Posted, account: HookAccount) -> Reading:
    """The events of a notification. Raises `WebhookRefused` for what Amazon did not sign for our topics."""
    message = mapping(read_json(posted.raw))
    if text(message.get("TopicArn")) not in account.topics:
        raise WebhookRefused("webhook_topic", "The topic of the post is not one of this account.")
    _check_signature(message, posted, account)
    replay_key = text(message.get("MessageId"))
    if message["Type"] == "SubscriptionConfirmation":
        url = text(message.get("SubscribeURL"))
        _check_host(url, message)
        return Reading((), replay_key, confirm_url=url)
    return Reading(tuple(events_in(message)), replay_key)


def events_in(body: Any) -> Iterator[FeedbackEvent]:
    """The events in a post that is genuine."""
    message = mapping(body)
    if message.get("Type") == "Notification":
        yield from _events(mapping(read_json(text(message.get("Message")).encode())))


def _check_signature(message: dict[str, Any], posted: Posted, account: HookAccount) -> None:
    names = _SIGNED.get(text(message.get("Type")))
    algorithm = _HASHES.get(text(message.get("SignatureVersion")))
    if names is None or algorithm is None or not message.get("Signature"):
        raise unsigned()
    certificate = _certificate(message, posted, account)
    signed = "".join(f"{name}\n{text(message[name])}\n" for name in names if message.get(name) is not None)
    key = certificate.public_key()
    try:
        if not isinstance(key, RSAPublicKey):
            raise forged()
        signature = decoded_signature(text(message["Signature"]))
        key.verify(signature, signed.encode(), PKCS1v15(), algorithm())
    except InvalidSignature as error:
        raise forged() from error
    check_time(
        moment_or_none(message.get("Timestamp")) or datetime.min.replace(tzinfo=UTC), posted.now, WINDOW
    )


def _certificate(message: dict[str, Any], posted: Posted, account: HookAccount) -> x509.Certificate:
    """The certificate that the post names, from Amazon's own host and valid now."""
    url = text(message.get("SigningCertURL") or message.get("SigningCertUrl"))
    _check_host(url, message)
    if account.fetch_certificate is None or not url.endswith(".pem"):
        raise _foreign()
    try:
        certificate = x509.load_pem_x509_certificate(account.fetch_certificate(url))
    except Exception as error:
        raise WebhookRefused("webhook_certificate", "The certificate of the post cannot be read.") from error
    if not certificate.not_valid_before_utc <= posted.now <= certificate.not_valid_after_utc:
        raise _foreign()
    return certificate


def _check_host(url: str, message: dict[str, Any]) -> None:
    """Raise `WebhookRefused` unless `url` is at SNS, in the region of the topic."""
    try:
        parts = urlsplit(url)
        host = _HOST.fullmatch(parts.netloc)
    except ValueError:
        raise _foreign() from None
    region = text(message.get("TopicArn")).split(":")[3:4]
    if parts.scheme != "https" or host is None or [host[1]] != region:
        raise _foreign()


def _foreign() -> WebhookRefused:
    return WebhookRefused(
        "webhook_foreign", "The post names a certificate or an address that is not Amazon's."
    )


def _events(said: dict[str, Any]) -> Iterator[FeedbackEvent]:
    kind = text(said.get("notificationType") or said.get("eventType"))
    clues = _clues(mapping(said.get("mail")))
    if kind == "Bounce":
        facts = mapping(said.get("bounce"))
        hint = SES_SUBTYPES.get(text(facts.get("bounceSubType")))
        is_final = text(facts.get("bounceType")) == "Permanent"
        at = moment_or_none(facts.get("timestamp"))
        for each in mappings(facts.get("bouncedRecipients")):
            address, diagnostic = text(each.get("emailAddress")), text(each.get("diagnosticCode"))
            code, action = text(each.get("status")), text(each.get("action")).lower() or "failed"
            yield bounce(
                KEY,
                address,
                diagnostic,
                code=code,
                action=action,
                hint=hint,
                is_final=is_final,
                clues=clues,
                at=at,
            )
    elif kind == "Complaint":
        facts = mapping(said.get("complaint"))
        sort = text(facts.get("complaintFeedbackType"))
        if sort not in _NO_COMPLAINT:
            at = moment_or_none(facts.get("timestamp"))
            for each in mappings(facts.get("complainedRecipients")):
                yield complaint(KEY, text(each.get("emailAddress")), said=sort, clues=clues, at=at)
    elif kind == "DeliveryDelay":
        facts = mapping(said.get("deliveryDelay"))
        at = moment_or_none(facts.get("timestamp"))
        for each in mappings(facts.get("delayedRecipients")):
            address, diagnostic = text(each.get("emailAddress")), text(each.get("diagnosticCode"))
            yield bounce(KEY, address, diagnostic, action="delayed", clues=clues, at=at)


def _clues(mail: dict[str, Any]) -> DeliveryClues:
    headers = {
        text(each.get("name")).lower(): text(each.get("value")) for each in mappings(mail.get("headers"))
    }
    common = mapping(mail.get("commonHeaders"))
    message_id = text(common.get("messageId")) or headers.get("message-id", "")
    unsubscribe = headers.get("list-unsubscribe", "").partition(",")[0]
    return message_clues(message_id, text(mail.get("source")), unsubscribe)
