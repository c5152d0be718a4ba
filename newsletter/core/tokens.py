"""Signed tokens for links that live in mailboxes for years.

A token is base64url(key id · issued at · ids · MAC). The MAC (HMAC-SHA256, 128 bits) covers a purpose, so
that a token of one purpose is worthless on any other route. The first secret signs; older ones still verify.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from newsletter.core import clock
from newsletter.core.errors import Missing, Refused

MAC_OCTETS = 16
SEAL_OCTETS = 12  # 96 bits, for tokens that stand in a message many times
MAX_LENGTH = 200


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Purpose(StrEnum):
    """What a token allows; each has its own derived key."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    FORM = "form"
    PROOF_OF_WORK = "proof-of-work"
    UNSUBSCRIBE_MAIL = "unsubscribe-mail"
    BOUNCE = "bounce"
    HOOK = "hook"
    LIFT = "lift"
    ADDRESS_CHANGE = "address-change"
    INBOX = "inbox"
    VIEW = "view"
    SENT_VARIANT = "sent-variant"
    SHARE = "share"
    REDIRECT = "redirect"
    TRACKED_LINK = "tracked-link"
    PIXEL = "pixel"
    READER = "reader"
    SET_UP = "set-up"
    INVITATION = "invitation"
    DEVICE = "device"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a name, not a secret


@dataclass(frozen=True)
class Claim:
    """What a valid token says."""

    ids: tuple[int, ...]
    issued_at: datetime


class Expired(Refused):
    """A genuine token that is too old; `claim` says whose, so that a new one can be offered."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("expired_token", "This link has expired.")
        self.claim = claim


class Signer:
    """Signs and reads tokens with the installation's secrets, newest first."""

    def __init__(self, secrets: list[str]) -> None:
        if not secrets or not all(secrets):
            message = "a signer needs at least one non-empty secret"
            raise ValueError(message)
        self._keys = [{purpose: _prepared(secret, purpose) for purpose in Purpose} for secret in secrets]
        self._key_ids = [hashlib.sha256(b"newsletter-key-id:" + s.encode()).digest()[:1] for s in secrets]
        self._head = (-1, b"")  # the latest moment that was signed for, and how such a token begins

    def sign(self, purpose: Purpose, *ids: int, issued_at: datetime | None = None) -> str:
        """A token for `purpose` about `ids` (non-negative integers)."""
        moment = int((issued_at or clock.now()).timestamp())
        latest, head = self._head
        if moment != latest:
            head = self._key_ids[0] + varint(moment)
            self._head = (moment, head)
        payload = head + b"".join(map(varint, ids))
        mac = _mac(self._keys[0][purpose], payload)[:MAC_OCTETS]
        return base64.urlsafe_b64encode(payload + mac).rstrip(b"=").decode()

    def read(self, purpose: Purpose, token: str, max_age: timedelta | None = None) -> Claim:
        """What `token` says; `Missing` when it is not genuine, `Expired` when older than `max_age`."""
        raw = _decode(token)
        payload, mac = raw[:-MAC_OCTETS], raw[-MAC_OCTETS:]
        if not self._genuine(purpose, payload, mac):
            raise _unknown()
        moment, *ids = read_varints(payload[1:])
        claim = Claim(tuple(ids), datetime.fromtimestamp(moment, UTC))
        if max_age is not None and clock.now() - claim.issued_at > max_age:
            raise Expired(claim)
        return claim

    def seal(self, purpose: Purpose, payload: bytes) -> str:
        """A short token that does not say when it was made: base64url(key id · payload · MAC of 96 bits)."""
        octets = self._key_ids[0] + payload
        octets += _mac(self._keys[0][purpose], octets)[:SEAL_OCTETS]
        text = binascii.b2a_base64(octets, newline=False).translate(_URL_SAFE)
        return text.rstrip(b"=").decode()

    def unseal(self, purpose: Purpose, token: str, longest: int = MAX_LENGTH) -> bytes:
        """The payload that `seal` was given; `Missing` when the token is not genuine or is too long."""
        raw = _decode(token, longest)
        octets, mac = raw[:-SEAL_OCTETS], raw[-SEAL_OCTETS:]
        if not self._genuine(purpose, octets, mac):
            raise _unknown()
        return octets[1:]

    def mac(self, purpose: Purpose, payload: bytes) -> bytes:
        """The MAC of `payload`, for tokens of another form than `sign` gives them."""
        return _mac(self._keys[0][purpose], payload)

    def knows(self, purpose: Purpose, payload: bytes, mac: bytes) -> bool:
        """Whether `mac`, cut or whole, is that of `payload` under any of the secrets."""
        macs = [_mac(keys[purpose], payload)[: len(mac)] for keys in self._keys]
        return any(hmac.compare_digest(mac, known) for known in macs)

    def _genuine(self, purpose: Purpose, payload: bytes, mac: bytes) -> bool:
        return any(
            payload[:1] == key_id and hmac.compare_digest(_mac(keys[purpose], payload)[: len(mac)], mac)
            for key_id, keys in zip(self._key_ids, self._keys, strict=True)
        )


def _prepared(secret: str, purpose: Purpose) -> hmac.HMAC:
    """An HMAC that has taken in the key of `purpose`; each token goes on with a copy of it."""
    key = hmac.digest(secret.encode(), b"newsletter-token:" + purpose.encode(), "sha256")
    return hmac.new(key, digestmod="sha256")


def _mac(prepared: hmac.HMAC, payload: bytes) -> bytes:
    # Unlike `hmac.digest` this keeps the interpreter's lock: threads that send need not wait for it again.
    state = prepared.copy()
    state.update(payload)
    return state.digest()


def _unknown() -> Missing:
    return Missing("unknown_token", "This link is not complete. Copy the whole link from the email.")


def _decode(token: str, longest: int = MAX_LENGTH) -> bytes:
    if len(token) > longest:
        raise _unknown()
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _unknown() from None
    # The unused bits of the last letter must be zero: each token has exactly one spelling.
    if len(raw) <= SEAL_OCTETS + 1 or base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
        raise _unknown()
    return raw


def varint(number: int) -> bytes:
    """A whole number ≥ 0 in as few octets as it needs, seven bits in each."""
    if number < 0:
        message = f"ids are not negative: {number}"
        raise ValueError(message)
    octets = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        octets.append(low | (0x80 if number else 0))
        if not number:
            return bytes(octets)


def read_varints(octets: bytes) -> list[int]:
    """The numbers that `varint` wrote one after the other."""
    numbers, value, shift = [], 0, 0
    for octet in octets:
        value |= (octet & 0x7F) << shift
        shift += 7
        if not octet & 0x80:
            numbers.append(value)
            value, shift = 0, 0
    return numbers


def read_varint(octets: bytes) -> tuple[int, bytes]:
    """The number that `octets` begin with, as `varint` wrote it, and what follows it."""
    value = shift = 0
    for index, octet in enumerate(octets):
        value |= (octet & 0x7F) << shift
        shift += 7
        if not octet & 0x80:
            return value, octets[index + 1 :]
    return value, b""
