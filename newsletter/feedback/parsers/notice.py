"""Notices of servers in words of their own: Exim, qmail, Sendmail, Exchange, Notes, and whatever comes.

They are not told apart by make. What all of them do is to name an address, and to say or to quote a reason
near it; the words decide, and without words nothing is claimed.
"""

import re
from dataclasses import replace

from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.judge import Refusal, judge
from newsletter.feedback.parsers.addresses import ADDRESS
from newsletter.feedback.parsers.dates import read_date
from newsletter.feedback.parsers.failed_recipients import find_failed
from newsletter.feedback.parsers.reply_text import has_reply, read_remote_reply
from newsletter.feedback.parsers.report import Report
from newsletter.feedback.parsers.signs import is_notice, says_delay
from newsletter.smtp.wordings import Wording, wordings_of

KEY = "notice"
LONGEST_TEXT = 1_500  # characters that are judged together
MOST_LINES = 12  # that belong to one address
MOST_ADDRESSES = 100
# A line with nothing but an address, perhaps with a colon or what stands before it.
_ALONE = re.compile(
    rf"^\W{{0,12}}(?:(?:to|an|recipient|smtp|rfc822|rcpt to|user|mailbox)(?:\s*[:;]\s*"
    rf"|\s+))?[<(\[\"']*({ADDRESS.pattern})[>)\]\"']*\s*(?:\(.{{0,60}}\))?\s*[:,;]?\s*$",
    re.IGNORECASE,
)
# A line that begins with an address and goes on with the reason.
_THEN_REASON = re.compile(rf"^\s{{0,8}}[<(\"']*({ADDRESS.pattern})[>)\"']*\s*(?:\.\.\.|:|--?|\s)\s*(\S.*)$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ])|(?<=[。！？])")
_ABOUT_ONE = frozenset({Wording.TEMPORARY, Wording.POLICY, Wording.EXPIRED, Wording.USER_UNAVAILABLE})


def read(report: Report) -> list[FeedbackEvent] | None:
    """An event for each address with a reason of its own; None where no server wrote."""
    if not is_notice(report):
        return None
    delayed = says_delay(report)
    named = _named_reasons(report.notice)
    events = [_event(report, [address], reason, delayed) for address, reason in named if _says_why(reason)]
    if events:
        return _joined(events)
    refusal = refusal_in(report.notice, report.subject)
    return [_judged(report, find_failed(report), refusal, delayed)]


def refusal_in(notice: str, subject: str = "") -> Refusal:
    """What a notice quotes of a reply, else the first of its paragraphs that says why."""
    lines = [line.strip() for line in notice.split("\n")]
    quoted = _quoted_reply(lines)
    for text in (quoted, *_paragraphs(notice), subject):
        if text and _says_why(text):
            reply = read_remote_reply(text)
            return Refusal(reply.code, reply.smtp_code, _decisive(text))
    reply = read_remote_reply(quoted)
    vague = next((each for each in _paragraphs(notice) if wordings_of(each)), "")
    return Refusal(reply.code, reply.smtp_code, quoted or vague)


def _quoted_reply(lines: list[str]) -> str:
    """The lines of the first reply of a server, up to an empty line."""
    for number, line in enumerate(lines):
        if line and has_reply(line):
            kept = [line]
            for following in lines[number + 1 : number + MOST_LINES]:
                if not following:
                    break
                kept.append(following)
            return " ".join(kept)[:LONGEST_TEXT]
    return ""


def _paragraphs(notice: str) -> list[str]:
    """The paragraphs of a notice, then all of it together."""
    paragraphs = [" ".join(each.split()) for each in re.split(r"\n\s*\n", notice[: LONGEST_TEXT * 4])]
    return [each[:LONGEST_TEXT] for each in paragraphs[:30] if each]


def _says_why(text: str) -> bool:
    return bool(wordings_of(text) - _ABOUT_ONE) or read_remote_reply(text).smtp_code is not None


def _named_reasons(notice: str) -> list[tuple[str, str]]:
    """The addresses of a notice with the lines that follow each, up to the next address."""
    lines = notice.split("\n")
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        if "@" not in line or len(line) > 500:
            continue
        alone = _ALONE.match(line)
        begins = None if alone else _THEN_REASON.match(line)
        if alone is None and begins is None:
            continue
        match = alone or begins
        assert match is not None  # noqa: S101 - tells the type checker
        start = "" if begins is None else begins[2]
        found.append((match[1], f"{start} {_following(lines, number + 1)}".strip()[:LONGEST_TEXT]))
        if len(found) >= MOST_ADDRESSES:
            break
    return found


def _following(lines: list[str], start: int) -> str:
    """The lines up to the next address, or to the second empty one."""
    kept: list[str] = []
    for line in lines[start : start + MOST_LINES]:
        if "@" in line and _ALONE.match(line):
            break
        if not line.strip() and kept:
            break
        kept.append(line.strip())
    return " ".join(filter(None, kept))


def _event(report: Report, addresses: list[str], text: str, delayed: bool) -> FeedbackEvent:
    reply = read_remote_reply(text)
    refusal = Refusal(reply.code, reply.smtp_code, _decisive(text))
    return _judged(report, addresses, refusal, delayed, text)


def _decisive(text: str) -> str:
    """A reply in `text`; without one the first sentence that says why, because advice follows.

    “The server did not respond. The address may be incorrect” is about the server.
    """
    reply = read_remote_reply(text)
    if wordings_of(reply.text) and reply.smtp_code is not None:
        return reply.text
    if reply.code or reply.smtp_code is not None or Wording.TEMPORARY in wordings_of(text):
        return text
    sentences = _SENTENCE_END.split(text)
    return next((sentence for sentence in sentences if wordings_of(sentence) - _ABOUT_ONE), text)


def _judged(
    report: Report, addresses: list[str], refusal: Refusal, delayed: bool, shown: str = ""
) -> FeedbackEvent:
    if delayed:
        refusal = Refusal(refusal.code, refusal.smtp_code, refusal.text, "delayed")
    kind, reason = judge(refusal)
    text = " ".join((shown or refusal.text).split())
    return FeedbackEvent(
        kind,
        KEY,
        reason,
        tuple(addresses),
        code=refusal.code,
        smtp_code=refusal.smtp_code,
        diagnostic=text,
        at=read_date(report.header("Date")),
        evidence=report.notice.strip()[:4_000],
    )


def _joined(events: list[FeedbackEvent]) -> list[FeedbackEvent]:
    """Events of addresses that fared alike as one; an address is named by the first that knows a reason."""
    groups: dict[tuple[EventKind, EventReason | None, str], list[FeedbackEvent]] = {}
    seen: set[str] = set()
    for event in sorted(events, key=lambda event: event.reason in {None, EventReason.OTHER}):
        address = event.recipients[0].lower()
        if address not in seen:
            seen.add(address)
            groups.setdefault((event.kind, event.reason, event.code), []).append(event)
    return [
        replace(alike[0], recipients=tuple(each.recipients[0] for each in alike)) for alike in groups.values()
    ]
