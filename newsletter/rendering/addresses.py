"""Mailboxes in headers: `Ana Petrović <ana@example.org>` (RFC 5322 §3.4), with IDN domains as A-labels."""

import re

from newsletter.core.idn import to_ascii_domain
from newsletter.rendering.encoded_words import encode_words

_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~-"
_is_phrase = re.compile(rf"(?!.*=\?)[{_ATEXT}]{{1,60}}(?: [{_ATEXT}]{{1,60}})*").fullmatch
_is_quotable = re.compile(r"(?!.*=\?)[!-~](?:[ -~]{0,58}[!-~])?").fullmatch
is_plain_address = re.compile(rf"[{_ATEXT}]+(?:\.[{_ATEXT}]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*").fullmatch
_is_quoted_local = re.compile(r'"(?:[!#-\[\]-~ ]|\\[ -~])*"').fullmatch
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029<>()\[\],;:\\\"\ud800-\udfff]")


def needs_smtputf8(address: str) -> bool:
    """Whether `address` can only be reached through a server that offers SMTPUTF8 (RFC 6531).

    Only the part before the @ decides: a domain beyond ASCII is written as A-labels.
    """
    return not address.isascii() and not address.rpartition("@")[0].isascii()


def clean_address(address: str) -> str:
    """`address` as it may stand between angle brackets; what could end them or add a second one is taken out.

    Never raises: an address that is no address stays one that no server accepts, and harms nobody else.
    """
    if is_plain_address(address):
        return address
    local, at, domain = address.rpartition("@")
    if not _is_quoted_local(local):
        local = _NOT_IN_ADDRESS.sub("", local)
    domain = _NOT_IN_ADDRESS.sub("", domain)
    try:
        domain = to_ascii_domain(domain)
    except ValueError:
        domain = domain.encode("ascii", "replace").decode("ascii")
    return f"{local}{at}{domain}"


def format_mailbox(header: str, name: str, address: str) -> str:
    """The whole header line or lines, without the last CRLF.

    `name` holds no control characters; `address` has been through `clean_address`. A display name is written
    as words, as a quoted string, or as encoded words, which never stand inside quotes (RFC 2047 §5 (3)).
    """
    if not name:
        return f"{header}: {address}" if is_plain_address(address) else f"{header}: <{address}>"
    shown = _display_name(name, len(header) + 2)
    last_line = shown.rpartition("\n")[2]
    column = len(last_line) + (len(header) + 2 if last_line is shown else 0)
    break_ = " " if column + len(address) + 3 <= 76 else "\r\n "
    return f"{header}: {shown}{break_}<{address}>"


def _display_name(name: str, column: int) -> str:
    if not name.isascii():
        return encode_words(name, first_column=column)
    if len(name) <= 60 and _is_phrase(name):
        return name
    if _is_quotable(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return encode_words(name, first_column=column)
