"""The messages in a file: one, or those of an mbox (RFC 4155)."""

import re
from collections.abc import Iterator

_FROM_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]{1,300}\b\d{4}\b[^\r\n]{0,40}\r?\n")


def split_mbox(raw: bytes) -> Iterator[bytes]:
    """The messages of an mbox without their From lines; a file that does not begin with one is a message."""
    if not raw.startswith(b"From "):
        yield raw
        return
    starts = list(_FROM_LINE.finditer(raw))
    if not starts:
        yield raw
        return
    ends = [*(found.start() for found in starts[1:]), len(raw)]
    for found, end in zip(starts, ends, strict=True):
        yield raw[found.end() : end]
