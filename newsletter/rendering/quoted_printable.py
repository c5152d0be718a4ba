"""Quoted-printable (RFC 2045 §6.7) for texts that are put together from chunks and values.

Every function returns whole encoded lines of at most 76 characters whose last line has at most 75, so that a
soft line break can follow. Encoded lines never begin with a full stop or with `From `: such a body needs no
dot-stuffing (RFC 5321 §4.5.2) and no mailbox escapes it. They hold no tab and no two spaces side by side:
such a body is what DKIM hashes (RFC 6376 §3.4.4), and need not be searched for white space.
"""

import re

SOFT_BREAK = b"=\r\n"
_WIDTH = 75  # one column is left for the "=" of a soft line break
_SAFE = frozenset(range(0x20, 0x7F)) - {ord("=")}
_ESCAPES = {octet: f"={octet:02X}" for octet in range(256) if octet not in _SAFE}
_GUARDED = (".", "From ")
_is_plain = re.compile(r"(?!\.|From )[ -<>-~]*").fullmatch
_NEWLINE = re.compile(r"\r\n?|\n")


def encode(text: str) -> bytes:
    """`text` in UTF-8 and quoted-printable; CR, LF and CRLF all become a hard line break.

    Lone surrogates become question marks: a value can never keep a message from being built.
    """
    if _is_plain(text) and "  " not in text:
        return text.encode("ascii") if len(text) <= _WIDTH else _wrap(text).encode("ascii")
    if "\n" not in text and "\r" not in text:
        return _wrap(_escape(text)).encode("ascii")
    *ended, last = _NEWLINE.split(text)
    lines = [_wrap(_shield_end(_escape(line)), _WIDTH + 1) for line in ended]
    lines.append(_wrap(_escape(last)))
    return "\r\n".join(lines).encode("ascii")


def _escape(line: str) -> str:
    escaped = line.encode("utf-8", "replace").decode("latin-1").translate(_ESCAPES)
    return escaped.replace("  ", " =20") if "  " in escaped else escaped


def _shield_end(line: str) -> str:
    """White space before a hard line break is encoded, because relays may strip it (RFC 2045 §6.7 rule 3)."""
    if line.endswith((" ", "\t")):
        return f"{line[:-1]}={ord(line[-1]):02X}"
    return line


def _wrap(line: str, room: int = _WIDTH) -> str:
    """Cut an escaped line by soft line breaks, never inside an escape; its end has `room` characters."""
    if len(line) <= room and not line.startswith(_GUARDED):
        return line
    cut: list[str] = []
    start = 0
    while True:
        head = ""
        if line.startswith(_GUARDED, start):
            head = f"={ord(line[start]):02X}"
            start += 1
        stop = start + _WIDTH - len(head)
        if start + room - len(head) >= len(line):
            cut.append(head + line[start:])
            return "=\r\n".join(cut)
        if line[stop - 1] == "=":
            stop -= 1
        elif line[stop - 2] == "=":
            stop -= 2
        cut.append(head + line[start:stop])
        start = stop
