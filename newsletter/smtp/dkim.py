"""DKIM signatures (RFC 6376, 8301, 8463), relaxed/relaxed, over a message that nobody changes any more.

Headers are oversigned: each is named once more than it occurs, and those that a reader would notice are named
although they are absent, so that none can be added afterwards without breaking the signature (§8.15).
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.smtp.dialogue import Envelope

# Not Sender: some relays put the account that logged in there (RFC 6409 §8.1).
OVERSIGNED = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "cc"),
    *("mime-version", "content-type", "content-transfer-encoding"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "list-post", "list-help", "list-owner"),
    *("list-archive", "list-subscribe", "feedback-id", "auto-submitted"),
)
FEWEST_BITS = 1024  # of an RSA key, RFC 8301 §3.2; ours are made with 2048
_WIDTH = 76
_BETWEEN_FIELDS = re.compile(rb"\r\n(?![ \t])")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_SPACE = re.compile(rb"[ \t]+")


class Algorithm(StrEnum):
    """As the tag `a=` says it."""

    RSA = "rsa-sha256"
    ED25519 = "ed25519-sha256"


@dataclass(frozen=True)
class Signer:
    """Signs for `domain` with the key that the DNS has under `selector`. Threads may share it."""

    domain: str
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, domain: str, selector: str, pem: bytes) -> "Signer":
        """Raises `ValueError` for a key of another kind, or one that receivers do not accept any more.

        Its numbers are believed, since checking them takes 30 ms for each message that is sent alone: where
        keys are kept nobody can change them unnoticed (`transports.secret_box`).
        """
        key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
        if isinstance(key, RSAPrivateKey) and key.key_size >= FEWEST_BITS:
            return cls(domain, selector, key)
        if isinstance(key, Ed25519PrivateKey):
            return cls(domain, selector, key)
        message = "DKIM signs with RSA of at least 1024 bits or with Ed25519"
        raise ValueError(message)

    @property
    def algorithm(self) -> Algorithm:
        return Algorithm.RSA if isinstance(self.key, RSAPrivateKey) else Algorithm.ED25519

    @property
    def record_name(self) -> str:
        """Where the DNS has the public key (§3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The text of that record (§3.6.1; RFC 8463 §4)."""
        public = self.key.public_key()
        if isinstance(self.key, RSAPrivateKey):
            kind, octets = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind, octets = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={kind}; p={base64.b64encode(octets).decode()}"

    def seal(self, octets: bytes) -> bytes:
        """The signature of `octets`: about 350 µs with RSA-2048, during which other threads go on."""
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(octets, PKCS1v15(), hashes.SHA256())
        return self.key.sign(hashlib.sha256(octets).digest())  # RFC 8463 §3


def sign(message: bytes, signers: Sequence[Signer], at: int, *, tidy: bool = False) -> bytes:
    """`message` with a DKIM-Signature of each of `signers` in front. `at`: seconds since 1970.

    The message must be as it goes over the wire: CRLF line ends, a header, an empty line. What is no header
    field is not signed, and no receiver reads it as one. `tidy`: whoever made it vouches that its body is its
    own canonical form, so that it need not be searched for white space.
    """
    header, _, body = message.partition(b"\r\n\r\n")
    fields: dict[str, list[bytes]] = {}
    for raw in _BETWEEN_FIELDS.split(header):
        name, octets = _canonical_field(raw)
        if name:
            fields.setdefault(name, []).append(octets)
    signed = b"".join([octets for name in OVERSIGNED if name in fields for octets in fields[name][::-1]])
    names = _folded_names(tuple([len(fields.get(name, ())) for name in OVERSIGNED]))
    hashed = body if tidy else canonical_body(body)
    digest = base64.b64encode(hashlib.sha256(hashed).digest()).decode()
    seals = [_signature(signer, names, signed, digest, at) for signer in signers]
    return b"".join([*seals, message])


def seal_envelope(envelope: Envelope, signers: Sequence[Signer], at: int) -> Envelope:
    """`envelope` with its message signed; the same when nobody signs. See `sign` for what is asked of it."""
    if not signers:
        return envelope
    return replace(envelope, body=sign(envelope.body, signers, at, tidy=envelope.clean))


def canonical_body(body: bytes) -> bytes:
    """The body as it is hashed (§3.4.4): white space is one space, none at the end of a line, no empty lines
    at the end. Replacing octets is faster than searching for patterns, and most bodies need none of it.
    """
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    if b" \r\n" in body:
        body = body.replace(b" \r\n", b"\r\n")
    body = body.removesuffix(b" ")
    end = len(body)
    while body.endswith(b"\r\n", 0, end):
        end -= 2
    if not end:
        return b""
    return body if end == len(body) - 2 else body[:end] + b"\r\n"


@lru_cache(maxsize=1_024)  # most fields of a mailing are the same in every message
def _canonical_field(raw: bytes) -> tuple[str, bytes]:
    """The name and the canonical form of a header field; no name when it is none."""
    match = _FIELD.fullmatch(raw)
    if match is None:
        return "", b""
    name = match[1].lower()
    return name.decode("ascii"), b"%b:%b\r\n" % (name, _canonical_value(match[2]))


def _canonical_value(value: bytes) -> bytes:
    """Unfolded, white space as one space, none at either end (§3.4.2)."""
    if b"\r\n" in value:
        value = _FOLD.sub(b"", value)
    if b"\t" in value or b"  " in value:
        value = _SPACE.sub(b" ", value)
    return value.strip(b" ")


def _signature(signer: Signer, names: str, signed: bytes, digest: str, at: int) -> bytes:
    value = (
        f"v=1; a={signer.algorithm}; c=relaxed/relaxed; d={signer.domain};\r\n"
        f" s={signer.selector}; t={at};\r\n{names}\r\n bh={digest};\r\n b="
    ).encode("ascii")
    octets = b"%bdkim-signature:%b" % (signed, _canonical_value(value))
    seal = base64.b64encode(signer.seal(octets))
    pieces = [seal[start : start + _WIDTH - 4] for start in range(0, len(seal), _WIDTH - 4)]
    return b"DKIM-Signature: %b%b\r\n" % (value, b"\r\n ".join(pieces))


@lru_cache(maxsize=64)
def _folded_names(counts: tuple[int, ...]) -> str:
    """The tag `h=` for so many fields of each name, and one more; folded at its colons (§3.5)."""
    names = [name for name, n in zip(OVERSIGNED, counts, strict=True) for _ in range(n + 1)]
    lines, line = [], " h=" + names[0]
    for name in names[1:]:
        if len(line) + len(name) + 2 > _WIDTH:
            lines.append(line + ":")
            line = "  " + name
        else:
            line += ":" + name
    return "\r\n".join([*lines, line + ";"])
