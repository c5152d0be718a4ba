"""Headers of mail that others wrote: broken ones are read as far as they can be, nothing is ever raised."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from newsletter.core.charsets import text_charset
from newsletter.core.text import clean_name

LONGEST = 2_000  # characters that are read of a header
_FOLD = re.compile(r"[\r\n]+[ \t]*")


def raw_header(message: Message, name: str) -> str:
    """The first header called `name` as it came, unfolded; empty without one."""
    wanted = name.lower()
    value = next((value for key, value in message.raw_items() if key.lower() == wanted), "")
    return _FOLD.sub(" ", _readable(str(value)[:LONGEST])).strip()


def decoded_header(message: Message, name: str) -> str:
    """The same with its encoded words decoded (RFC 2047), as one line for people."""
    return clean_name(_decoded(raw_header(message, name)), LONGEST)


def mailbox_in(message: Message, name: str) -> str:
    """The mailbox in a header such as From, as `Name <address>`; the whole text where there is none."""
    raw = raw_header(message, name)
    shown, address = parseaddr(raw)
    shown = clean_name(_decoded(shown), LONGEST)
    if not address:
        return decoded_header(message, name)
    return f"{shown} <{clean_name(address, LONGEST)}>" if shown else clean_name(address, LONGEST)


def _readable(value: str) -> str:
    """Octets that are no ASCII, which the parser keeps as surrogates, as UTF-8."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _decoded(value: str) -> str:
    try:
        parts = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(_part(octets, charset) for octets, charset in parts)


def _part(octets: str | bytes, charset: str | None) -> str:
    if isinstance(octets, str):
        return octets
    for name in (text_charset(charset or ""), "utf-8"):
        try:
            return octets.decode(name or "utf-8")
        except ValueError:
            continue
    return octets.decode("cp1252", "replace")
