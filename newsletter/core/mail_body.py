"""Mail of anybody, read within bounds: the library's parser takes time by the square of some sizes."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from itertools import islice
from typing import Any

from newsletter.core.charsets import text_charset
from newsletter.core.mail_headers import decoded_header, raw_header

DEEPEST = 20  # parts within parts
MOST_PARTS = 200
# The library's parser compares each line with the boundary of each part that it is in, and takes time by the
# square of a header's length for its parameters: what is beyond these is not read.
MOST_BOUNDARIES = 40
MOST_LINES = 150_000
LONGEST_CONTENT_TYPE = 8_000  # octets
_BOUNDARY = re.compile(rb"boundary[*\d\s]*=", re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n?|\n")
_CONTENT_TYPE = re.compile(
    rb"(?:^|[\r\n])content-type:[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+", re.IGNORECASE
)
LONGEST_TEXT = 1_000_000  # characters that are read of a part


def readable_beginning(raw: bytes, most_lines: int = MOST_LINES) -> bytes:
    """As much of a mail as can be read in some seconds; `ValueError` for a header that cannot."""
    if any(found.end() - found.start() > LONGEST_CONTENT_TYPE for found in _CONTENT_TYPE.finditer(raw)):
        message = "a Content-Type that is too long"
        raise ValueError(message)
    ends = [
        next(islice(pattern.finditer(raw), most, None), None)
        for pattern, most in ((_BOUNDARY, MOST_BOUNDARIES), (_LINE_END, most_lines))
    ]
    return raw[: min((found.start() for found in ends if found), default=len(raw))]


def mail_texts(raw: bytes, deepest: int = DEEPEST) -> Iterator[str]:
    """Every text in a mail: its octets as they are, its headers and its parts with their encodings undone."""
    yield raw.decode("utf-8", "replace")
    try:
        parts = list(islice(message_from_bytes(readable_beginning(raw)).walk(), MOST_PARTS))
    except (ValueError, RecursionError):
        return
    for part in parts:
        yield from (decoded_header(part, name) for name in dict.fromkeys(part.keys()))
        if not part.is_multipart():
            yield part_text(part)
        elif part.get_content_maintype() == "message" and deepest:
            yield from mail_texts(_encoded_message(part), deepest - 1)


def _encoded_message(part: Message) -> bytes:
    """The message in a part that was encoded against RFC 2046 §5.2.1, decoded; empty for every other part."""
    inner = part.get_payload(0)  # without a header, so that the lines of Base64 are its body
    lines = inner.get_payload() if isinstance(inner, Message) else None
    if raw_header(part, "Content-Transfer-Encoding").lower() != "base64" or not isinstance(lines, str):
        return b""
    encoded = Message()
    encoded["Content-Transfer-Encoding"] = "base64"
    encoded.set_payload(lines)
    octets: Any = encoded.get_payload(decode=True)
    return octets if isinstance(octets, bytes) else b""


def part_text(part: Message, longest: int = LONGEST_TEXT) -> str:
    """The text of a part in its charset, else in one that can be read; what is broken comes as U+FFFD."""
    payload: Any = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    return decoded_text(octets, part.get_content_charset() or "", longest)


def decoded_text(octets: bytes, charset: str, longest: int = LONGEST_TEXT) -> str:
    """`octets` as text in the charset that is declared, else UTF-8, else Windows-1252."""
    for name in (text_charset(charset), "utf-8"):
        if name:
            try:
                return octets.decode(name)[:longest]
            except ValueError:
                continue
    return octets.decode("cp1252", "replace")[:longest]
