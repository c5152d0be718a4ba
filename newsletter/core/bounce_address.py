"""Bounce addresses: return paths that say whose message came back, `b+TOKEN@bounces.example.org` (VERP).

The token names a delivery and carries a MAC of 96 bits, so that nobody can make up somebody else's bounce. It
is base32, because mail servers may change the case of what stands before the @.
"""

import base64
import binascii

from newsletter.core.errors import Missing
from newsletter.core.tokens import Purpose, Signer, read_varints, varint

PREFIX = "b+"
MAC_OCTETS = 12


def bounce_address(signer: Signer, domain: str, mailing_id: int, seq: int) -> str:
    """The envelope sender for a delivery; at most 64 octets before the @ (RFC 5321 §4.5.3.1.1)."""
    payload = varint(mailing_id) + varint(seq)
    octets = payload + signer.mac(Purpose.BOUNCE, payload)[:MAC_OCTETS]
    return f"{PREFIX}{base64.b32encode(octets).decode().rstrip('=').lower()}@{domain}"


def read_bounce_address(signer: Signer, address: str) -> tuple[int, int]:
    """Mailing and place (`seq`) that an envelope sender of ours speaks of, or `Missing`."""
    local = address.rpartition("@")[0]
    token = local[len(PREFIX) :].upper()
    try:
        octets = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        raise _unknown() from None
    payload, mac = octets[:-MAC_OCTETS], octets[-MAC_OCTETS:]
    one_spelling = base64.b32encode(octets).decode().rstrip("=") == token
    if not (local[: len(PREFIX)].lower() == PREFIX and one_spelling and payload):
        raise _unknown()
    if not signer.knows(Purpose.BOUNCE, payload, mac):
        raise _unknown()
    mailing_id, seq = read_varints(payload)
    return mailing_id, seq


def _unknown() -> Missing:
    return Missing("unknown_bounce", "This return path is not one of ours.")
