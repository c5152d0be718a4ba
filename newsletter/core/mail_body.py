"""Mail of anybody, read within bounds: the library's parser takes time by the square of some sizes."""

import re
from email.message import Message
from itertools import islice
from typing import Any

from newsletter.core.charsets import text_charset

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
