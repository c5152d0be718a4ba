"""Addresses that end a subscription when mail comes to them, `u+TOKEN@news.example.org` (RFC 2369 §3.2)."""

from newsletter.core.mail_token import local_part, read_mail_token, write_mail_token
from newsletter.core.tokens import Purpose, Signer, read_varints, varint

UNSUBSCRIBE_PREFIX = "u+"


def unsubscribe_token(signer: Signer, subscription_id: int, mailing_id: int) -> str:
    """What stands between the prefix and the @ for one subscription, in a copy of one mailing."""
    return write_mail_token(signer, Purpose.UNSUBSCRIBE_MAIL, varint(subscription_id) + varint(mailing_id))


def read_unsubscribe_address(signer: Signer, address: str) -> tuple[int, int] | None:
    """Subscription and mailing that an address of ours names, of whatever domain; None for every other."""
    local = local_part(address)
    if local[: len(UNSUBSCRIBE_PREFIX)].lower() != UNSUBSCRIBE_PREFIX:
        return None
    payload = read_mail_token(signer, Purpose.UNSUBSCRIBE_MAIL, local[len(UNSUBSCRIBE_PREFIX) :])
    if payload is None:
        return None
    subscription_id, mailing_id = read_varints(payload)
    return subscription_id, mailing_id
