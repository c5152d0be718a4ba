"""Reading what comes back by mail: any octets become events, nothing is ever raised.

`PARSERS` is the registry, in the order in which they are asked; the first that knows a message reads it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from newsletter.core.registry import Registry
from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.parsers import arf, automatic, dsn, notice, person
from newsletter.feedback.parsers.clues import find_clues
from newsletter.feedback.parsers.report import Report, read_report
from newsletter.feedback.parsers.shorten import shortened

UNREADABLE, NOBODY = "unreadable", "none"  # instead of the key of a parser
_UNDECIDED = frozenset({person.KEY, NOBODY, automatic.AUTO_REPLY})  # unless a report is attached
DEEPEST = 3  # reports within forwarded messages


@dataclass(frozen=True)
class Parser:
    """`read` makes events of a message, or says with None that it does not know its kind."""

    key: str
    read: Callable[[Report], list[FeedbackEvent] | None]


PARSERS: Registry[Parser] = Registry(
    "parser",
    [
        Parser(dsn.KEY, dsn.read),
        Parser(arf.KEY, arf.read),
        Parser(automatic.RECEIPT, automatic.read_receipt),
        Parser(automatic.AUTO_REPLY, automatic.read_auto_reply),
        Parser(automatic.CHALLENGE, automatic.read_challenge),
        Parser(notice.KEY, notice.read),
        Parser(person.KEY, person.read),
    ],
)


def parse(raw: bytes, *, delivered_to: str = "") -> list[FeedbackEvent]:
    """The events of a message, at least one; UNKNOWN where nothing can be told. Never raises.

    `delivered_to` is the recipient of its envelope, where that is known: a bounce address of ours there
    says which delivery it is about, whatever the message says.
    """
    try:
        return [shortened(event) for event in _parse(raw, delivered_to, 0)]
    except Exception:
        return [FeedbackEvent(EventKind.UNKNOWN, UNREADABLE)]


def _parse(raw: bytes, delivered_to: str, depth: int) -> list[FeedbackEvent]:
    report = read_report(raw, delivered_to)
    events = next((events for parser in PARSERS if (events := parser.read(report))), None)
    if events is None:
        events = [FeedbackEvent(EventKind.UNKNOWN, NOBODY, evidence=report.notice.strip())]
    if all(event.reason is EventReason.OTHER or event.parser in _UNDECIDED for event in events):
        events = _forwarded(report, depth) or events
    clues = find_clues(report)
    return [
        replace(event, clues=event.clues or clues, recipients=_recipients(report, event)) for event in events
    ]


def _forwarded(report: Report, depth: int) -> list[FeedbackEvent] | None:
    """The events of a report that somebody, or an alias, forwarded as an attachment."""
    if not report.attached or depth >= DEEPEST:
        return None
    inner = report.attached.encode("utf-8", "surrogateescape")
    events = _parse(inner, report.delivered_to, depth + 1)
    known = {dsn.KEY, arf.KEY, notice.KEY}
    return events if any(e.parser in known and e.reason is not EventReason.OTHER for e in events) else None


def _recipients(report: Report, event: FeedbackEvent) -> tuple[str, ...]:
    """Whom we wrote to: what we returned to ourselves says it better than a report behind an alias."""
    if event.kind in {EventKind.REPLY, EventKind.AUTO_REPLY} or len(event.recipients) > 1:
        return event.recipients
    written_to = report.returned_addresses("To")
    is_ours = report.returned_header("List-Unsubscribe") and report.returned_header("Feedback-ID")
    return tuple(written_to) if is_ours and len(written_to) == 1 else event.recipients
