"""Slot writers: how one recipient's value is written where its slot stands.

Nothing here raises for an odd value, because one name must not stop a mailing: control characters are taken
out of bodies and become spaces in headers, lone surrogates become question marks. Only a value without which
no message can be built (`REQUIRED`) has to be there.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import quote

from newsletter.core.bidi import has_rtl, isolated, without_overrides
from newsletter.core.text import CONTROL, CONTROL_IN_LINES, several_lines
from newsletter.rendering.addresses import clean_address, format_mailbox, is_plain_address
from newsletter.rendering.encoded_words import encode_unstructured
from newsletter.rendering.headers import Header, HeaderForm
from newsletter.rendering.slots import Slot, SlotMode, SlottedText

Values = Mapping[str, str]
Writer = Callable[[str], str]

REQUIRED = ("email", "date", "message_id")

_LINE_LIMIT = 990  # octets of an unfoldable header line; RFC 5322 §2.1.1 allows 998
_ADDRESS_LIMIT = 320  # RFC 5321 §4.5.3.1: 64 + "@" + 255
# Without control characters and overrides; the first without scripts from right to left, too, which are in
# U+0590 to 08FF, FB1D to FDFF, FE70 to FEFF, 10800 to 10FFF and 1E800 to 1EFFF.
_LTR_BODY = re.compile(
    r"[ -~\xa0-\u058f\u0900-\u2027\u2030-\ud7ff\ue000-\ufb1c\ufe00-\ufe6f\uff00-\uffef"
    r"\U00010000-\U000107ff\U00011000-\U0001e7ff\U0001f000-\U0010ffff]*"
).fullmatch
_CLEAN_BODY = re.compile(r"[ -~\xa0-\u2027\u2030-\ud7ff\ue000-\U0010ffff]*").fullmatch
_is_url = re.compile(r"https?://[!-;=?-~]+").fullmatch
_is_plain_https = re.compile(r"https://[!-;?-~]{1,900}").fullmatch  # without "=", so nothing looks encoded
_is_plain_literal = re.compile(r"[!-;?-~](?:[ -;?-~]{0,200}[!-;?-~])?").fullmatch
_ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
_is_simple_name = re.compile(r"[A-Za-z]{1,30}(?: [A-Za-z]{1,30})?").fullmatch


def value_of(slot: Slot, values: Values) -> str:
    """The recipient's value, or the slot's default when it is missing, empty or blank."""
    value = values.get(slot.field)
    return value if value and not value.isspace() else slot.default


def write_text(value: str) -> str:
    """For the plain text part: as it is, in the line breaks of the text, isolated if it may turn its line."""
    if _LTR_BODY(value):
        return value
    value = _clean(value)
    return isolated(value) if has_rtl(value) else value


def write_html(value: str) -> str:
    """For text and quoted attributes of HTML, where `<bdi>` stands around it already."""
    return escape(_clean(value))


def _clean(value: str) -> str:
    if _CLEAN_BODY(value):
        return value
    return without_overrides(CONTROL_IN_LINES.sub("", several_lines(value)))


def write_url_part(value: str) -> str:
    """For a part of a URL, anywhere (RFC 3986 §2.1)."""
    return quote(value, safe="", errors="replace")


def body_writer(mode: SlotMode, *, html: bool) -> Writer:
    """How a value is written in a part of the body, before its transfer encoding."""
    if mode is SlotMode.URL_PART:
        return write_url_part
    return write_html if html else write_text


def fill_words(slotted: SlottedText, values: Values) -> str:
    """A line of words (subject, preheader): control characters become spaces, the ends are bare.

    In a line that has anything written from right to left, a reader's own values are isolated (UAX #9).
    """
    filled = "".join(
        [element if isinstance(element, str) else value_of(element, values) for element in slotted]
    )
    if not (filled.isascii() and filled.isprintable()):
        if has_rtl(filled):
            filled = "".join(
                [
                    element if isinstance(element, str) else isolated(value_of(element, values))
                    for element in slotted
                ]
            )
        filled = without_overrides(CONTROL.sub(" ", filled))
    return filled.strip()


def header_writer(header: Header) -> Callable[[Values], bytes]:
    """The function that writes `header` for a recipient: whole lines with their CRLF, or nothing."""
    if header.form is HeaderForm.TO:
        return _write_to
    if header.form is HeaderForm.UNSUBSCRIBE:
        return _unsubscribe_writer(header.value)
    if header.form is HeaderForm.TEXT:
        return lambda values: encode_unstructured(header.name, fill_words(header.value, values))
    return _literal_writer(header)


def _write_to(values: Values) -> bytes:
    email = values["email"]
    name = values.get("name") or ""
    if len(email) <= 70 and is_plain_address(email):
        if not name:
            return b"To: %b\r\n" % email.encode("ascii")
        if len(name) + len(email) <= 68 and _is_simple_name(name):
            return f"To: {name} <{email}>\r\n".encode("ascii")
    name = " ".join(without_overrides(CONTROL.sub(" ", name)).split())
    return f"{format_mailbox('To', name, clean_address(email[:_ADDRESS_LIMIT]))}\r\n".encode()


def _literal_writer(header: Header) -> Callable[[Values], bytes]:
    """The short way for a line with one plain value, such as Date and Message-ID."""
    slots = [element for element in header.value if isinstance(element, Slot)]
    if len(slots) != 1:
        return lambda values: _write_literal(header, values)
    field = slots[0].field
    at = header.value.index(slots[0])
    before = f"{header.name}: {''.join(map(str, header.value[:at]))}".encode("ascii")
    after = f"{''.join(map(str, header.value[at + 1 :]))}\r\n".encode("ascii")

    def write(values: Values) -> bytes:
        value = values.get(field)
        if value and _is_plain_literal(value):
            return before + value.encode("ascii") + after
        return _write_literal(header, values)

    return write


def _write_literal(header: Header, values: Values) -> bytes:
    """Ids, dates, tokens: what could break the line or its brackets is taken out."""
    filled = f"{header.name}: "
    for element in header.value:
        if isinstance(element, str):
            filled += element
        elif element.field in REQUIRED:
            filled += _bare(values[element.field])
        else:
            value = value_of(element, values)
            filled += write_url_part(value) if element.mode is SlotMode.URL_PART else _bare(value)
    return b"%b\r\n" % filled[:_LINE_LIMIT].encode("ascii", "replace")


def _bare(value: str) -> str:
    if "=?" in value:  # a reader might take it for an encoded word
        value = value.replace("=?", "=-")
    if value.isascii() and value.isprintable():
        return value.strip(" <>")
    return CONTROL.sub(" ", value).strip(" <>")


def _unsubscribe_writer(mailto: SlottedText) -> Callable[[Values], bytes]:
    """The short way for an ordinary https URL beside a mailto URI that is the same for all, or none."""
    is_static = not any(isinstance(element, Slot) for element in mailto)
    beside = f",\r\n <{''.join(map(str, mailto))}>" if mailto and is_static else ""
    after = f">{beside}\r\n{_ONE_CLICK}".encode("ascii")

    def write(values: Values) -> bytes:
        url = values.get("unsubscribe_url")
        if is_static and url and _is_plain_https(url):
            return b"List-Unsubscribe: <" + url.encode("ascii") + after
        return _write_unsubscribe(mailto, values)

    return write


def _write_unsubscribe(mailto: SlottedText, values: Values) -> bytes:
    """`List-Unsubscribe` with at most one https URI, and its one-click companion (RFC 8058 §3.1)."""
    url = values.get("unsubscribe_url") or ""
    if url and not _is_url(url):
        url = quote(CONTROL.sub("", url).strip(), safe=_URL_SAFE, errors="replace")
        url = url if _is_url(url) else ""
    if "=?" in url:  # the same URL, which nobody can take for an encoded word
        url = url.replace("=?", "=%3F")
    uris = [url] if 0 < len(url) <= _LINE_LIMIT - 30 else []
    if mailto:
        filled = "".join(
            each if isinstance(each, str) else write_url_part(value_of(each, values)) for each in mailto
        )
        uris.append(filled[: _LINE_LIMIT - 30])
    if not uris:
        return b""
    lines = "List-Unsubscribe: " + ",\r\n ".join(f"<{uri}>" for uri in uris) + "\r\n"
    if uris[0].startswith("https://"):
        lines += _ONE_CLICK
    return lines.encode("ascii")
