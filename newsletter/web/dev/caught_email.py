"""Read a caught message as a mail program would, whatever is wrong with it: nothing here raises."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from newsletter.core.text import CONTROL
from newsletter.smtp.mailbox import CaughtMessage, Summary

RAW_LIMIT = 1_000_000  # octets of a message that are shown as they came

_FOLD = re.compile(r"\r?\n(?=[ \t])")
_HEAD = re.compile(r"<head(\s[^>]*)?>", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A message in the list. `date`: when it was received; `recipients` are of the envelope."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    date: datetime
    size: int


@dataclass(frozen=True)
class CaughtEmail(Row):
    """A whole message. `html` is empty when it has no such part."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    raw: str

    @property
    def has_html(self) -> bool:
        return bool(self.html)


def as_row(summary: Summary) -> Row:
    """What the list shows of a message."""
    return Row(
        id=summary.id,
        sender=_clean(summary.from_header) or summary.sender,
        recipients=summary.recipients,
        subject=_clean(summary.subject),
        date=summary.received_at,
        size=summary.size,
    )


def as_caught_email(caught: CaughtMessage) -> CaughtEmail:
    """What the page of one message shows."""
    message = message_from_bytes(caught.raw)
    headers = tuple((name, decoded(str(value))) for name, value in message.raw_items())
    first = {name.lower(): value for name, value in reversed(headers)}
    return CaughtEmail(
        id=caught.id,
        sender=first.get("from") or caught.sender,
        recipients=caught.recipients,
        subject=first.get("subject", ""),
        date=caught.received_at,
        size=len(caught.raw),
        headers=headers,
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        raw=_shown(caught.raw),
    )


def with_links_in_new_tabs(html: str) -> str:
    """`html` for the frame: a link followed inside it would meet pages that refuse to be framed."""
    base = '<base target="_blank">'
    head = _HEAD.search(html)
    return html[: head.end()] + base + html[head.end() :] if head else base + html


def decoded(value: str) -> str:
    """A header for people: unfolded, encoded words decoded; what cannot be decoded stays as it came."""
    value = _readable(_FOLD.sub("", value))
    try:
        return _clean(str(make_header(decode_header(value))))
    except (HeaderParseError, LookupError, ValueError):
        return _clean(value)


def _clean(words: str) -> str:
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", _readable(words)).strip()


def _part(message: Message, content_type: str) -> str:
    """The first part of that type that is not an attachment."""
    for part in message.walk():
        if part.get_content_type() == content_type and part.get_content_disposition() != "attachment":
            return _content(part)
    return ""


def _content(part: Message) -> str:
    octets = part.get_payload(decode=True)
    if not isinstance(octets, bytes):
        return ""
    try:
        return octets.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):  # a charset that nobody knows
        return octets.decode("utf-8", "replace")


def _shown(raw: bytes) -> str:
    text = raw[:RAW_LIMIT].decode("utf-8", "replace").replace("\r\n", "\n")
    left = len(raw) - RAW_LIMIT
    return text if left <= 0 else f"{text}\n\n[… {left:,} more octets]"


def _readable(words: str) -> str:
    """Octets beyond ASCII in a header come as surrogates: they are UTF-8, or nothing that we know."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
