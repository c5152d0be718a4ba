"""Bounce addresses: return paths that say whose message came back, `b+TOKEN@bounces.example.org` (VERP).

The token names a delivery and carries a MAC, so that nobody can make up somebody else's bounce.
"""

from newsletter.core.errors import Missing
from newsletter.core.mail_token import local_part, read_mail_token, write_mail_token
from newsletter.core.tokens import Purpose, Signer, read_varints, varint

PREFIX = "b+"


def bounce_address(signer: Signer, domain: str, mailing_id: int, seq: int) -> str:
    """The envelope sender for a delivery; at most 64 octets before the @ (RFC 5321 §4.5.3.1.1)."""
    token = write_mail_token(signer, Purpose.BOUNCE, varint(mailing_id) + varint(seq))
    return f"{PREFIX}{token}@{domain}"


def read_bounce_address(signer: Signer, address: str) -> tuple[int, int]:
    """Mailing and place (`seq`) that an envelope sender of ours speaks of, or `Missing`."""
    local = local_part(address)
    if local[: len(PREFIX)].lower() != PREFIX:
        raise _unknown()
    payload = read_mail_token(signer, Purpose.BOUNCE, local[len(PREFIX) :])
    if payload is None:
        raise _unknown()
    mailing_id, seq = read_varints(payload)
    return mailing_id, seq


def _unknown() -> Missing:
    return Missing("unknown_bounce", "This return path is not one of ours.")
