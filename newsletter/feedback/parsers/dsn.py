"""Delivery status notifications (RFC 3464), also those that are nearly ones."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from newsletter.feedback.events import EventKind, EventReason, FeedbackEvent
from newsletter.feedback.judge import SAYS_ENOUGH, Refusal, judge
from newsletter.feedback.parsers.addresses import MOST_RECIPIENTS, typed_address
from newsletter.feedback.parsers.dates import read_date
from newsletter.feedback.parsers.notice import refusal_in
from newsletter.feedback.parsers.reply_text import ENHANCED, read_remote_reply
from newsletter.feedback.parsers.report import Report
from newsletter.smtp.wordings import wordings_of

KEY = "dsn"
LONGEST_VALUE = 2_000  # characters
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{2,40}):[ \t]*(.*)")
_TYPE = re.compile(r"^\s*[A-Za-z][A-Za-z0-9-]{1,20}\s*;\s*")
_RECIPIENT = frozenset({"final-recipient", "original-recipient"})
_EMPTY_LINE = ""
_NOTHING_SAID = frozenset({"0.0", "1.0", "2.0", "3.0", "4.0", "5.0", "7.0", "5.4", "7.1"})


@dataclass(slots=True)
class RecipientStatus:
    """The fields of one recipient, by their names in lower case."""

    fields: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address that was written to, as the report knows it: an alias may have led elsewhere."""
        return typed_address(self.fields.get("original-recipient", "")) or self.final

    @property
    def final(self) -> str:
        value = self.fields.get("final-recipient", "") or self.fields.get("x-actual-recipient", "")
        return typed_address(value)


class _Fate(NamedTuple):
    """What recipients have in common who fared alike."""

    kind: EventKind
    reason: EventReason | None
    code: str
    smtp_code: int | None


def read(report: Report) -> list[FeedbackEvent] | None:
    """An event for all recipients that fared alike; None without a delivery status."""
    if not report.status:
        return None
    statuses = list(read_statuses(report.status))
    if not statuses:
        return None
    only = len(statuses) == 1
    fared: dict[_Fate, list[RecipientStatus]] = defaultdict(list)
    for status in statuses:
        refusal = _refusal(status, report if only else None)
        fared[_Fate(*judge(refusal), refusal.code, refusal.smtp_code)].append(status)
    return [_event(report, fate, alike) for fate, alike in fared.items()]


def read_statuses(text: str) -> Iterator[RecipientStatus]:
    """The recipients of a delivery status, at most `MOST_RECIPIENTS`.

    A new one begins after an empty line, and with a Final-Recipient or Original-Recipient that is the second.
    """
    current = RecipientStatus()
    count = 0
    for name, value in _fields(text):
        is_second = name in _RECIPIENT and name in current.fields
        if is_second or (name == _EMPTY_LINE and "final-recipient" in current.fields):
            yield current
            count += 1
            if count >= MOST_RECIPIENTS:
                return
            current = RecipientStatus()
        if name not in current.fields and name != _EMPTY_LINE:
            current.fields[name] = value
    if current.fields.keys() & {"final-recipient", "original-recipient", "action", "status"}:
        yield current


def _fields(text: str) -> Iterator[tuple[str, str]]:
    name, value = "", ""
    for line in text.split("\n"):
        if line[:1] in {" ", "\t"} and name:
            value = f"{value} {line.strip()}"[:LONGEST_VALUE]
        elif (found := _FIELD.match(line)) is not None:
            if name:
                yield name, value
            name, value = found[1].lower(), found[2].strip()[:LONGEST_VALUE]
        elif line.strip() and name == "diagnostic-code":  # lines that were broken without an indent
            value = f"{value} {line.strip()}"[:LONGEST_VALUE]
        elif not line.strip():
            if name:
                yield name, value
            name, value = "", ""
            yield _EMPTY_LINE, ""
    if name:
        yield name, value


def _refusal(status: RecipientStatus, report: Report | None) -> Refusal:
    """What is to be judged; where the status says nothing of use, what the report says to people."""
    action = status.fields.get("action", "failed").split()[:1]
    diagnostic = _TYPE.sub("", status.fields.get("diagnostic-code", ""))
    declared = ENHANCED.search(status.fields.get("status", ""))
    reply = read_remote_reply(diagnostic)
    code = declared[1] if declared else ""
    if reply.code and code.partition(".")[2] in _NOTHING_SAID | {""}:
        code = reply.code
    text = reply.text
    if report is not None and code.partition(".")[2] not in SAYS_ENOUGH and not wordings_of(text):
        comment = status.fields.get("status", "").partition("(")[2]
        text = f"{text} {comment}" if comment else f"{text} {refusal_in(report.notice, report.subject).text}"
    return Refusal(code, reply.smtp_code, text, action[0].lower().strip(";,.") if action else "failed")


def _event(report: Report, fate: _Fate, alike: list[RecipientStatus]) -> FeedbackEvent:
    first = alike[0].fields
    return FeedbackEvent(
        fate.kind,
        KEY,
        fate.reason,
        tuple(_without_doubles([status.address for status in alike if status.address])),
        code=fate.code,
        smtp_code=fate.smtp_code,
        diagnostic=_TYPE.sub("", first.get("diagnostic-code", "")) or refusal_in(report.notice).text[:500],
        at=read_date(first.get("last-attempt-date", "") or first.get("arrival-date", "")),
        evidence="\n".join(f"{name}: {value}" for name, value in first.items()),
    )


def _without_doubles(addresses: list[str]) -> list[str]:
    kept: dict[str, str] = {}
    for address in addresses:
        kept.setdefault(address.lower(), address)
    return list(kept.values())
