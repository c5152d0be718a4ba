"""Envelope addresses: what may stand between the angle brackets of MAIL and RCPT, and nothing else."""

import re

from newsletter.core.idn import to_ascii_domain

LONGEST_ADDRESS = 254  # octets, RFC 5321 §4.5.3.1.3 less the brackets (RFC 3696 erratum 1690)
LONGEST_LOCAL_PART = 64  # octets, RFC 5321 §4.5.3.1.1
LONGEST_DOMAIN = 253  # octets without the root's dot, RFC 1035 §2.3.4

# Everything visible but the specials of RFC 5321. Dots may stand anywhere: such mailboxes exist and get mail.
_PLAIN_LOCAL = re.compile(r"[^\x00-\x20\x7f-\xa0<>()\[\]\\,;:@\"]+")
_QUOTED_LOCAL = re.compile(r'"(?:[^\x00-\x1f\x7f-\x9f<>"\\]|\\[\x20-\x3b\x3d\x3f-\x7e])*"')
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LITERAL = re.compile(r"\[(?:IPv6:[0-9A-Fa-f:.]{2,45}|[0-9.]{7,15})\]")
# What nearly every address looks like: whatever this matches, the rules below would let through as it is.
_USUAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
    r"@[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*"
)


class BadAddress(ValueError):
    """The text is not an address that a server could be asked about."""


class NeedsSmtpUtf8(ValueError):
    """The local part is not ASCII, and the server does not offer SMTPUTF8 (RFC 6531)."""


def envelope_address(text: str, *, smtputf8: bool) -> bytes:
    """The octets of a recipient or sender for the wire, the domain as A-labels.

    `smtputf8`: whether the server offers it. Raises `BadAddress` or `NeedsSmtpUtf8`. Whatever is returned
    holds no CR, LF, NUL, space outside quotes, `<` or `>`: it cannot end the command it stands in.
    """
    if len(text) <= LONGEST_ADDRESS and _USUAL.fullmatch(text):
        return text.encode("ascii")
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress("the address has no local part or no domain")
    if not (_PLAIN_LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)):
        raise BadAddress("the local part holds a character that no address may hold")
    try:
        octets = local.encode() + b"@" + _domain(domain)
    except UnicodeEncodeError:
        raise BadAddress("the address holds half a character") from None
    if len(octets) > LONGEST_ADDRESS:
        raise BadAddress(f"the address is longer than {LONGEST_ADDRESS} octets")
    if len(local.encode()) > LONGEST_LOCAL_PART:
        raise BadAddress(f"the local part is longer than {LONGEST_LOCAL_PART} octets")
    if not smtputf8 and not octets.isascii():
        raise NeedsSmtpUtf8("the local part is not ASCII and the server does not offer SMTPUTF8")
    return octets


def _domain(domain: str) -> bytes:
    if domain.startswith("["):
        if not _LITERAL.fullmatch(domain):
            raise BadAddress("the domain is a malformed address literal")
        return domain.encode()
    try:
        name = to_ascii_domain(domain)
    except ValueError:
        raise BadAddress("the domain is not a valid international name") from None
    if len(name) > LONGEST_DOMAIN or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise BadAddress("the domain is not a valid name")
    return name.encode("ascii")
