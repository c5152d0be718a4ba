"""DKIM key records (RFC 6376 §3.6.1, RFC 8301, RFC 8463)."""

import base64
import binascii
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.dns_records.tags import begins_with, read_tags

FEWEST_BITS = 1024  # with fewer, receivers must not accept a signature (RFC 8301 §3.2)
GOOD_BITS = 2048
ED25519_OCTETS = 32
_ANY_MAIL = {"*", "email"}


@dataclass(frozen=True)
class DkimRecord:
    """What the record of a key says. `bits`: of the key, 0 where it cannot be read.

    `problem`: why receivers do not verify signatures by it, in words that go on after "The record ";
    `advice` in the same way: what could be better.
    """

    algorithm: str = ""
    bits: int = 0
    problem: str = ""
    advice: str = ""


def read_dkim(text: str) -> DkimRecord:
    """The record in `text`."""
    try:
        tags = read_tags(text)
    except ValueError as error:
        return DkimRecord(problem=f"cannot be read: {error}")
    algorithm = tags.get("k", "rsa")
    if problem := _unusable(text, tags):
        return DkimRecord(algorithm, problem=problem)
    try:
        octets = base64.b64decode("".join(tags["p"].split()), validate=True)
    except (binascii.Error, ValueError):
        return DkimRecord(algorithm, problem="holds a key that is not base64: it may be cut off")
    is_testing = "y" in _words(tags.get("t", ""))
    advice = "says that the domain only tests DKIM (t=y): remove that" if is_testing else ""
    return _read_key(algorithm, octets, advice)


def _unusable(text: str, tags: dict[str, str]) -> str:
    """Why no signature of ours can be verified by a record with these tags, whatever its key is."""
    if "v" in tags and not (begins_with(text, "v=dkim1") and tags["v"] == "DKIM1"):
        return "does not begin with v=DKIM1"
    if "p" not in tags:
        return "has no key (p=)"
    if not tags["p"]:
        return "says that the key was withdrawn (p= is empty)"
    if not _ANY_MAIL & _words(tags.get("s", "*")):
        return f"does not let the key sign mail (s={tags['s'][:40]})"
    if "sha256" not in _words(tags.get("h", "sha256")):
        return f"does not allow SHA-256 (h={tags['h'][:40]})"
    return ""


def _words(value: str) -> set[str]:
    return {word.strip() for word in value.split(":")}


def _read_key(algorithm: str, octets: bytes, advice: str) -> DkimRecord:
    if algorithm == "ed25519":
        problem = "" if len(octets) == ED25519_OCTETS else "holds a key of the wrong length for Ed25519"
        return DkimRecord(algorithm, 0 if problem else 256, problem, advice)
    if algorithm != "rsa":
        return DkimRecord(algorithm, problem=f"names an unknown kind of key (k={algorithm[:40]})")
    try:
        public_key = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm):
        return DkimRecord(algorithm, problem="holds a key that cannot be read: it may be cut off")
    if not isinstance(public_key, RSAPublicKey):
        return DkimRecord(algorithm, problem="says RSA, but its key is of another kind")
    bits = public_key.key_size
    if bits < FEWEST_BITS:
        return DkimRecord(algorithm, bits, f"holds a key of {bits} bits, which receivers do not accept")
    if bits < GOOD_BITS:
        advice = advice or f"holds a key of {bits} bits: one of {GOOD_BITS} is expected today"
    return DkimRecord(algorithm, bits, advice=advice)
