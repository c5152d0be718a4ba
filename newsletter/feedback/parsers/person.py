"""What a person wrote."""

from newsletter.feedback.events import EventKind, FeedbackEvent
from newsletter.feedback.parsers.dates import read_date
from newsletter.feedback.parsers.report import Report
from newsletter.feedback.parsers.signs import is_bulk

KEY = "reply"


def read(report: Report) -> list[FeedbackEvent] | None:
    """The reply; None for mail without a sender, and for what was sent to many."""
    senders = report.addresses("From")
    if not senders or is_bulk(report):
        return None
    return [
        FeedbackEvent(
            EventKind.REPLY,
            KEY,
            recipients=tuple(senders[:1]),
            diagnostic=report.subject[:500],
            at=read_date(report.header("Date")),
            evidence=f"Subject: {report.subject}\n\n{report.notice.strip()[:2_000]}",
        )
    ]
