"""Events of providers' posts: what the refusing server said decides, the provider's own word comes second."""

from datetime import datetime

from newsletter.feedback.events import DEAD_ADDRESS, DeliveryClues, EventKind, EventReason, FeedbackEvent
from newsletter.feedback.judge import Refusal, judge
from newsletter.feedback.parsers.reply_text import read_remote_reply

# What Amazon SES calls its bounces (`bounceSubType`), and Resend, which hands its words on.
SES_SUBTYPES = {
    "NoEmail": EventReason.USER_UNKNOWN,
    "MailboxFull": EventReason.MAILBOX_FULL,
    "MessageTooLarge": EventReason.TOO_LARGE,
    "ContentRejected": EventReason.CONTENT,
    "AttachmentRejected": EventReason.CONTENT,
}


def bounce(
    provider: str,
    recipient: str,
    said: str,
    *,
    code: str = "",
    action: str = "failed",
    hint: EventReason | None = None,
    is_final: bool = True,
    clues: DeliveryClues | None = None,
    at: datetime | None = None,
) -> FeedbackEvent:
    """A refusal, judged as one in a bounce. `hint`: what the provider calls it, if nothing else says why.

    `is_final`: whether the provider calls it final; what it does not is never hard.
    """
    reply = read_remote_reply(said)
    refusal = Refusal(reply.code or code, reply.smtp_code, reply.text, action)
    kind, reason = judge(refusal)
    if reason is EventReason.OTHER and hint is not None:
        reason = hint
        if kind is not EventKind.DELAYED:
            is_refused = reply.smtp_code is None or reply.smtp_code >= 500
            kind = EventKind.HARD if hint in DEAD_ADDRESS and is_refused else EventKind.SOFT
    if kind is EventKind.HARD and not is_final:
        kind = EventKind.SOFT
    return FeedbackEvent(
        kind,
        provider,
        reason,
        (recipient,) if recipient else (),
        clues or DeliveryClues(),
        code=refusal.code,
        smtp_code=refusal.smtp_code,
        diagnostic=said,
        at=at,
        evidence=said,
    )


def complaint(
    provider: str,
    recipient: str,
    *,
    said: str = "",
    clues: DeliveryClues | None = None,
    at: datetime | None = None,
) -> FeedbackEvent:
    """A reader called the message spam."""
    recipients = (recipient,) if recipient else ()
    return FeedbackEvent(
        EventKind.COMPLAINT,
        provider,
        recipients=recipients,
        clues=clues or DeliveryClues(),
        diagnostic=said,
        at=at,
        evidence=said,
    )


def message_clues(message_id: str, return_path: str = "", unsubscribe: str = "") -> DeliveryClues:
    """The clues of a message that the provider speaks of."""
    addresses = (return_path,) if return_path.lower().startswith("b+") else ()
    return DeliveryClues(addresses, message_id.strip().strip("<>"), unsubscribe.strip().strip("<>"))
