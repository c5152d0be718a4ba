"""The text of a part whose charset may be missing or wrong: the reading in which known words appear."""

import re
from email.message import Message
from typing import Any

from newsletter.core.charsets import text_charset
from newsletter.core.mail_body import decoded_text
from newsletter.smtp.wordings import wordings_of

LONGEST = 200_000  # characters
_ASCII = re.compile(r"[\x00-\x7f]+")
# In which servers write their notices without saying so.
_USUAL = ("cp1251", "koi8-r", "gb18030", "euc-kr", "shift_jis", "euc-jp", "big5", "iso8859-2", "iso8859-9")
_SAYS_NOTHING = frozenset({"", "ascii", "iso8859-1", "cp1252", "utf-8"})


def readable_text(part: Message, *, guess: bool = True) -> str:
    """The text of a part; never raises for what its octets are. `guess`: whether its words are looked for."""
    payload: Any = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    declared = text_charset(part.get_content_charset() or "")
    if b"\x1b$" in octets and not declared.startswith("iso2022"):
        return decoded_text(octets, "iso-2022-jp-2", LONGEST)
    if octets.isascii() or not guess:
        return decoded_text(octets, declared, LONGEST)
    return _guess(octets, declared)


def _guess(octets: bytes, declared: str) -> str:
    text = decoded_text(octets, declared, LONGEST)
    if not _is_doubtful(octets, declared):
        return text
    for charset in _USUAL:
        reading = octets[:4_000].decode(charset, "replace")
        if reading.count("\ufffd") <= 1 and _says_something_foreign(reading):
            return octets.decode(charset, "replace")[:LONGEST]
    return text


def _is_doubtful(octets: bytes, declared: str) -> bool:
    """Whether the charset is missing, is one that programs write by habit, or cannot be right."""
    if declared not in _SAYS_NOTHING:
        try:
            octets.decode(declared)
        except ValueError:
            return True
        return False
    try:
        octets.decode("utf-8")
    except ValueError:
        return True
    return False


def _says_something_foreign(text: str) -> bool:
    return bool(wordings_of(_ASCII.sub(" ", text)[:1_500]))
