"""Email addresses: what is valid, which two are the same, and the hash that outlives a person's erasure."""

import hashlib
import unicodedata
from dataclasses import dataclass

from newsletter.core.errors import Refused

MAX_OCTETS = 254  # RFC 5321 §4.5.3.1.3: a path is at most 256 octets with its angle brackets

GMAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Address:
    """One valid address: `email` as it is written to, `key` to find it by (see `address_key`)."""

    email: str
    key: str

    @property
    def hash(self) -> str:
        return key_hash(self.key)

    @property
    def mailbox_hash(self) -> str:
        """The same for all addresses of one mailbox, as far as anybody can know (see `mailbox_key`)."""
        return key_hash(mailbox_key(self.key))

    @property
    def domain(self) -> str:
        return self.key.rpartition("@")[2]


def parse_address(text: str) -> Address:
    """The address in `text`, with an IDN domain in its readable form; `Refused` says what is wrong."""
    from email_validator import EmailNotValidError, validate_email  # its tables are large, and rarely needed

    try:
        valid = validate_email(
            text.strip(),
            check_deliverability=False,
            # Test domains are ordinary here: a relay refuses what it does not carry.
            test_environment=True,
            globally_deliverable=False,
        )
    except EmailNotValidError as error:
        shown = text.strip()[:80] or "(nothing)"
        sentence = f"“{shown}” is not an email address: {error}"
        raise Refused("bad_address", sentence, {"email": str(error)}) from error
    email = valid.normalized
    if len(email.encode()) > MAX_OCTETS:
        raise Refused("bad_address", "That email address is too long.", {"email": "too long"})
    key = address_key(email)
    if len(key.encode()) > MAX_OCTETS:  # a few letters are longer in lower case
        raise Refused("bad_address", "That email address is too long.", {"email": "too long"})
    return Address(email=email, key=key)


def address_key(text: str) -> str:
    """`text`, an address or a part of one, as addresses are compared: NFC (UAX 15) in lower case.

    Letter by letter, and never `casefold`, which is made for searching: ß is not ss and ς is not σ, neither
    in domains (IDNA 2008, RFC 5894 §7.2) nor in front of them. A domain comes from `parse_address` as
    U-labels, of which each has one A-label.
    """
    return "".join(letter.lower() for letter in unicodedata.normalize("NFC", text))


def mailbox_key(key: str) -> str:
    """The key of the mailbox behind the key of an address: without `+tag`, at Gmail also without dots.

    For limits only, never to write to: another provider may deliver `ana+x@` to somebody else.
    https://support.google.com/mail/answer/7436150
    """
    local, _at, domain = key.rpartition("@")
    untagged = local.partition("+")[0] or local
    if domain in GMAIL:
        return f"{untagged.replace('.', '')}@{GMAIL[0]}"
    return f"{untagged}@{domain}"


def key_hash(key: str) -> str:
    """SHA-256 over the key of an address, in hexadecimal.

    Suppressions are kept under it, so they hold after the address itself was erased and after a re-import.
    It is not keyed: a lost or rotated key would silently lift every suppression.
    """
    return hashlib.sha256(b"newsletter-suppression:" + key.encode()).hexdigest()
