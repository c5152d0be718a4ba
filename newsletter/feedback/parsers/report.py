"""A message that came back, taken apart within bounds: what it says, what it reports, what it returns.

Parts of the type `message/…` are not parsed as messages: a bounce may return anything, also a bounce, and of
what it returns only the headers are of use. So nothing here is recursive, whatever is nested.
"""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, message_from_string
from email.message import Message
from functools import cached_property
from typing import Any

from newsletter.core.mail_body import MOST_PARTS, readable_beginning
from newsletter.core.mail_headers import decoded_header, raw_header
from newsletter.feedback.parsers.addresses import addresses_in
from newsletter.feedback.parsers.charset_guess import readable_text
from newsletter.feedback.parsers.html_text import html_text
from newsletter.feedback.parsers.repair import fold_again, with_boundary
from newsletter.feedback.parsers.returned import split_returned
from newsletter.smtp.wordings.bare_text import bare_text

MOST_OCTETS = 1024 * 1024  # of a message; what a server returns comes last
MOST_LINES = 20_000
LONGEST_NOTICE = 20_000  # characters
LONGEST_HEAD = 32_000  # characters of the headers of a returned message
_MESSAGE_TYPE = re.compile(
    rb"(?i)(?<=[\s:])message/(?=(?:global-|x-)?(?:delivery-status|feedback-report|disposition-notification"
    rb"|rfc822|global|news|partial|external-body|rfc822-headers))"
)
_STATUS = frozenset({"delivery-status", "global-delivery-status", "x-delivery-status"})
_RETURNED = frozenset({"rfc822", "global", "rfc822-headers", "global-headers", "news"})


@dataclass
class Report:
    """What a message consists of; empty where it has no such part.

    notice:     what it says to people, without what it returns
    status:     the fields of its delivery status (RFC 3464)
    feedback:   the fields of its feedback report (RFC 5965)
    returned:   the headers of our message, as far as it returns them
    attached:   a message within it that is no returned message of ours: perhaps the report itself
    """

    headers: Message
    delivered_to: str = ""
    notice: str = ""
    status: str = ""
    feedback: str = ""
    disposition: str = ""
    returned: Message = field(default_factory=Message)
    attached: str = ""

    def header(self, name: str) -> str:
        """A header as it came, as one line; empty without it."""
        return raw_header(self.headers, name) if name.lower() in self._names else ""

    def returned_header(self, name: str) -> str:
        """The same of the returned message."""
        return raw_header(self.returned, name) if name.lower() in self._returned_names else ""

    def addresses(self, *names: str) -> list[str]:
        """The addresses in the headers that are called so."""
        return addresses_in(*map(self.header, names))

    def returned_addresses(self, *names: str) -> list[str]:
        """The same of the returned message."""
        return addresses_in(*map(self.returned_header, names))

    @cached_property
    def _names(self) -> set[str]:
        return {name.lower() for name in self.headers}

    @cached_property
    def _returned_names(self) -> set[str]:
        return {name.lower() for name in self.returned}

    @cached_property
    def subject(self) -> str:
        return decoded_header(self.headers, "Subject")

    @cached_property
    def bare_subject(self) -> str:
        """The words of the subject, as patterns look for them."""
        return bare_text(self.subject)

    @property
    def is_report(self) -> bool:
        """Whether it calls itself a report (RFC 6522), or brings the part of one."""
        return self.headers.get_content_type() == "multipart/report" or bool(self.status or self.feedback)


def read_report(raw: bytes, delivered_to: str = "") -> Report:
    """Take a message apart. Raises what the library's parser raises for malformed mail: see `parse`."""
    raw = raw[:MOST_OCTETS].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    if raw.startswith((b"From ", b">From ")):  # the line of an mbox
        raw = raw.partition(b"\n")[2]
    raw = _MESSAGE_TYPE.sub(b"text/x-message-", readable_beginning(fold_again(raw), MOST_LINES))
    message = message_from_bytes(raw)
    is_broken = message.get_content_maintype() == "multipart" and not message.is_multipart()
    if is_broken and (mended := with_boundary(raw)) is not None:
        message = message_from_bytes(mended)
    report = Report(message, delivered_to)
    texts: list[str] = []
    for part in _leaves(message):
        _read_part(part, report, texts)
    text = "\n".join(texts)[:LONGEST_NOTICE]
    report.notice, returned = split_returned(text)
    if returned and not report.returned.keys():
        report.returned = message_from_string(returned[:LONGEST_HEAD])
    return report


def _leaves(message: Message) -> list[Message]:
    """The parts of a message that have no parts, in their order; of alternatives the plain text."""
    leaves: list[Message] = []
    waiting: list[Message] = [message]
    while waiting and len(leaves) < MOST_PARTS:
        part = waiting.pop(0)
        payload: Any = part.get_payload()
        if not part.is_multipart():
            leaves.append(part)
            continue
        parts = [each for each in payload[:MOST_PARTS] if isinstance(each, Message)]
        if part.get_content_subtype() == "alternative":
            plain = [each for each in parts if each.get_content_type() == "text/plain" and _has_text(each)]
            parts = plain[:1] or parts
        waiting = parts + waiting
    return leaves


def _has_text(part: Message) -> bool:
    return bool(str(part.get_payload()).strip())


def _read_part(part: Message, report: Report, texts: list[str]) -> None:
    main, _, subtype = part.get_content_type().partition("/")
    if main != "text":
        return
    kind = subtype.removeprefix("x-message-")
    if kind in {"plain", "html"} or not subtype.startswith(("x-message-", "rfc822")):
        if part.get_content_disposition() != "attachment" or not texts:
            text = readable_text(part)
            texts.append(html_text(text) if kind == "html" or _is_html(text) else text)
        return
    text = readable_text(part, guess=False)
    if kind in _STATUS:
        report.status += f"\n\n{text}"
    elif kind.endswith("feedback-report"):
        report.feedback += f"\n{text}"
    elif kind.endswith("disposition-notification"):
        report.disposition += f"\n{text}"
    elif kind in _RETURNED and not report.returned.keys():
        text = text.lstrip()
        report.attached = text
        report.returned = message_from_string(text[:LONGEST_HEAD].partition("\n\n")[0] + "\n\n")


def _is_html(text: str) -> bool:
    return text[:200].lstrip().lower().startswith(("<!doctype html", "<html"))
