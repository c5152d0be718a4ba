"""Complaints in the form of RFC 5965, and in the older ones of single providers."""

import re

from newsletter.feedback.events import EventKind, FeedbackEvent
from newsletter.feedback.parsers.addresses import typed_address
from newsletter.feedback.parsers.dates import read_date
from newsletter.feedback.parsers.report import Report

KEY = "arf"
# `not-spam` is the opposite, `auth-failure` (RFC 6591) is about our DNS, `dmarc` is statistics.
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "complaint", "spam", "unsubscribe"})
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{2,40}):[ \t]*(.*)$", re.MULTILINE)
_OUTLOOK = ("X-HmXmrOriginalRecipient", "X-Original-Recipient-HMXMR")


def read(report: Report) -> list[FeedbackEvent] | None:
    """The complaint, or UNKNOWN for a feedback report of another type; None for what is neither."""
    if report.feedback:
        return [_read_feedback(report)]
    recipient = report.returned_header(_OUTLOOK[0]) or report.header(_OUTLOOK[0])
    if recipient:
        return [
            FeedbackEvent(EventKind.COMPLAINT, KEY, recipients=(typed_address(recipient),), diagnostic="junk")
        ]
    return None


def _read_feedback(report: Report) -> FeedbackEvent:
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(report.feedback[:20_000]):
        fields.setdefault(found[1].lower(), found[2].strip())
    kind = fields.get("feedback-type", "").lower()
    named = [fields.get(name, "") for name in ("original-rcpt-to", "removal-recipient", "original-recipient")]
    recipients = [address for value in named if (address := typed_address(value))]
    recipients = recipients[:1] or report.returned_addresses("X-HmXmrOriginalRecipient", "To")[:1]
    return FeedbackEvent(
        EventKind.COMPLAINT if kind in _COMPLAINTS else EventKind.UNKNOWN,
        KEY,
        recipients=tuple(recipients),
        diagnostic=kind,
        at=read_date(fields.get("arrival-date", "") or fields.get("received-date", "")),
        evidence=report.feedback.strip()[:4_000],
    )
