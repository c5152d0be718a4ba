"""Postmark, which signs nothing: a user and a password that are set in its webhook's address.

https://postmarkapp.com/developer/webhooks/webhooks-overview#protecting-your-webhook
"""

from collections.abc import Iterator
from typing import Any

from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.webhooks.bounced import bounce, complaint, message_clues
from newsletter.feedback.webhooks.posted import (
    HookAccount,
    Posted,
    Reading,
    check_password,
    mapping,
    moment_or_none,
    read_json,
    text,
)

KEY = "postmark"
_ANSWERS = frozenset({"AutoResponder", "ChallengeVerification", "OpenRelayTest", "VirusNotification"})
_TYPES = {
    "HardBounce": None,  # what the server said decides
    "BadEmailAddress": EventReason.USER_UNKNOWN,
    "AddressChange": EventReason.MOVED,
    "DnsError": EventReason.NETWORK,
    "SpamNotification": EventReason.CONTENT,
    "Blocked": EventReason.REPUTATION,
    "SMTPApiError": EventReason.POLICY,
    "DMARCPolicy": EventReason.AUTH_FAILURE,
    "TemplateRenderingFailed": EventReason.CONTENT,
}


def read(posted: Posted, account: HookAccount) -> Reading:
    """The event of a post with the right user and password (`account.secret`, `user:password`)."""
    check_password(posted, account.secret)
    data = mapping(read_json(posted.raw))
    key = ":".join(text(data.get(name)) for name in ("RecordType", "ID", "MessageID", "BouncedAt"))
    return Reading(tuple(events_in(data)), key)


def events_in(body: Any) -> Iterator[FeedbackEvent]:
    """The events in a post that is genuine."""
    return _events(mapping(body))


def _events(data: dict[str, Any]) -> Iterator[FeedbackEvent]:
    record, sort = text(data.get("RecordType")), text(data.get("Type"))
    recipient = text(data.get("Email"))
    at = moment_or_none(text(data.get("BouncedAt")))
    clues = message_clues(text(mapping(data.get("Metadata")).get("message-id")))
    if record == "SpamComplaint" or (record == "Bounce" and sort == "SpamComplaint"):
        yield complaint(KEY, recipient, clues=clues, at=at)
    elif record == "Bounce" and sort in _ANSWERS:
        yield FeedbackEvent(EventKind.AUTO_REPLY, KEY, recipients=(recipient,), clues=clues, at=at)
    elif record == "Bounce" and sort not in {
        "Subscribe",
        "Unsubscribe",
        "ManuallyDeactivated",
        "Unconfirmed",
    }:
        said = text(data.get("Details"))
        yield bounce(KEY, recipient, said, hint=_TYPES.get(sort), is_final=sort in _TYPES, clues=clues, at=at)
