"""Tokens that stand before the @ of an address: base32, because mail servers may change the case there.

A token is a payload and a MAC of 96 bits, so that nobody can make one up.
"""

import base64
import binascii

from newsletter.core.tokens import Purpose, Signer

MAC_OCTETS = 12


def write_mail_token(signer: Signer, purpose: Purpose, payload: bytes) -> str:
    """A token for `purpose`; the address keeps within 64 octets before the @ (RFC 5321 §4.5.3.1.1)."""
    octets = payload + signer.mac(purpose, payload)[:MAC_OCTETS]
    return base64.b32encode(octets).decode().rstrip("=").lower()


def read_mail_token(signer: Signer, purpose: Purpose, token: str) -> bytes | None:
    """The payload of a token, in whatever case; None when it is not genuine."""
    token = token.upper()
    try:
        octets = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    payload, mac = octets[:-MAC_OCTETS], octets[-MAC_OCTETS:]
    one_spelling = base64.b32encode(octets).decode().rstrip("=") == token
    return payload if one_spelling and payload and signer.knows(purpose, payload, mac) else None


def local_part(address: str) -> str:
    """What stands before the last @ of an address."""
    return address.rpartition("@")[0]
