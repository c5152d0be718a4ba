"""What programs on the way have broken: folded headers without indent, and boundaries that do not fit."""

import re

_HEADER = re.compile(rb"[!-9;-~]+:")
_FIRST_PART = re.compile(
    rb"(?:^|\n)--([^\n]{1,70})\n(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,5}?Content-Type:", re.IGNORECASE
)
LONGEST_HEAD = 64_000  # octets
FEWEST_HEADERS = 3  # by which a head is one


def fold_again(raw: bytes) -> bytes:
    """The lines of the head that are no headers go on with the one before, as they once did."""
    head, blank, body = raw[:LONGEST_HEAD].partition(b"\n\n")
    lines = head.split(b"\n")
    headers = sum(1 for line in lines if _HEADER.match(line))
    if not blank or headers < FEWEST_HEADERS or not _HEADER.match(lines[0]):
        return raw
    if all(_HEADER.match(line) or line[:1] in b" \t" for line in lines):
        return raw
    mended = [line if _HEADER.match(line) or line[:1] in b" \t" else b" " + line for line in lines]
    return b"\n".join(mended) + blank + body + raw[LONGEST_HEAD:]


def with_boundary(raw: bytes) -> bytes | None:
    """The message with the boundary that its parts have; None where it has no parts."""
    found = _FIRST_PART.search(raw)
    if found is None or b'"' in found[1]:
        return None
    return b'Content-Type: multipart/mixed; boundary="' + found[1].rstrip() + b'"\n' + raw
