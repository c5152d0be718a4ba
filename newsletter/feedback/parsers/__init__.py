"""Reading what comes back by mail: any octets become events, nothing is ever raised."""

from newsletter.feedback.events import EventKind, FeedbackEvent


def parse(raw: bytes, *, delivered_to: str = "") -> list[FeedbackEvent]:
    """The events of a message, at least one; UNKNOWN where nothing can be told. Never raises.

    `delivered_to` is the recipient of its envelope, where that is known: a bounce address of ours there
    says which delivery it is about, whatever the message says.
    """
    return [FeedbackEvent(EventKind.UNKNOWN, parser="none")] if raw or delivered_to else []
