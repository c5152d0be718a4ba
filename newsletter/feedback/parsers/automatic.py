"""Answers that nobody wrote: on holiday, "we got your mail", receipts, challenges. All were delivered."""

from newsletter.feedback.events import EventKind, FeedbackEvent
from newsletter.feedback.parsers.dates import read_date
from newsletter.feedback.parsers.report import Report
from newsletter.feedback.parsers.signs import is_automatic_answer, is_challenge, is_from_daemon, says_failure

AUTO_REPLY, CHALLENGE, RECEIPT = "auto_reply", "challenge", "receipt"


def read_auto_reply(report: Report) -> list[FeedbackEvent] | None:
    """The answer of a reader's program (RFC 3834); what a mailer daemon wrote is none."""
    if is_from_daemon(report) or says_failure(report) or report.is_report or not is_automatic_answer(report):
        return None
    return [_event(report, AUTO_REPLY)]


def read_challenge(report: Report) -> list[FeedbackEvent] | None:
    """A question whether a person sent the message; it is never answered."""
    if is_from_daemon(report) or not is_challenge(report):
        return None
    return [_event(report, CHALLENGE)]


def read_receipt(report: Report) -> list[FeedbackEvent] | None:
    """A notification that a message was shown or deleted (RFC 8098)."""
    if not report.disposition or report.status or "reject" in report.header("Auto-Submitted").lower():
        return None
    return [_event(report, RECEIPT)]


def _event(report: Report, key: str) -> FeedbackEvent:
    return FeedbackEvent(
        EventKind.AUTO_REPLY,
        key,
        recipients=tuple(report.addresses("From")[:1]),
        diagnostic=report.subject[:500],
        at=read_date(report.header("Date")),
        evidence=f"Subject: {report.subject}\n\n{report.notice.strip()[:2_000]}",
    )
