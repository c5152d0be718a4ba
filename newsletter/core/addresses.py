"""Email addresses: what is valid, which two are the same, and the hash that outlives a person's erasure."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from newsletter.core.errors import Refused
from newsletter.core.host_names import is_ip_address
from newsletter.core.idn import to_ascii_address, to_ascii_domain

MAX_LOCAL_OCTETS = 64  # RFC 5321 §4.5.3.1.1
USUAL_LENGTH = 100  # characters; far below every limit
MAX_OCTETS = 254  # RFC 5321 §4.5.3.1.3: a path is at most 256 octets with its angle brackets
# What may stand before the @ of a mailto: URI as it is (RFC 6068 §2: atext without % / ? # [ ] & ; =).
_PLAIN_IN_MAILTO = "!$'*+"
# In lower case, because a few names such as INFO are the same in any case.
_usual_local = re.compile(r"[a-z0-9_-]+(?:[.+][a-z0-9_-]+){0,4}").fullmatch

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
    text = text.strip()
    local, _at, domain = text.rpartition("@")
    # Nearly every row of an import: what stands before the @ is plain, and its domain was seen just before.
    usual = len(text) <= USUAL_LENGTH and _usual_local(local)
    known = _known_domain(domain) if usual else ""
    email = f"{local}@{known}" if known else _validated(text)
    if known and email.isascii():
        return Address(email, email.lower())  # far from every limit
    if len(email.encode()) > MAX_OCTETS:
        raise Refused("bad_address", "That email address is too long.", {"email": "too long"})
    key = address_key(email)
    if len(key.encode()) > MAX_OCTETS:  # a few letters are longer in lower case
        raise Refused("bad_address", "That email address is too long.", {"email": "too long"})
    return Address(email=email, key=key)


def parse_sender_address(text: str) -> Address:
    """The address in `text`, which mail can come from and answers can go to; `Refused` says what is wrong.

    Beyond `parse_address`: ASCII before the @, because From, Reply-To and MAIL must be writable for every
    relay, also without SMTPUTF8 (RFC 6531); and a domain that others can know (RFC 5321 §2.3.5).
    """
    address = parse_address(text)
    local, _at, domain = address.email.rpartition("@")
    if not local.isascii():
        raise _no_sender(address, "only plain letters (a–z), digits and symbols may come before the @.")
    if len(local) > MAX_LOCAL_OCTETS:
        raise _no_sender(address, f"at most {MAX_LOCAL_OCTETS} characters may come before the @.")
    name = to_ascii_domain(domain).lower()
    if "." not in name or is_ip_address(name) or name.endswith(".localdomain"):
        raise _no_sender(
            address, f"“{domain}” is only known on this machine. Use a domain that can receive email."
        )
    return address


def mask_address(email: str) -> str:
    """Enough of an address to know one's own, too little for whoever was forwarded the email."""
    local, _at, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def mailto(email: str) -> str:
    """The `mailto:` URI of a sender's address, in ASCII (RFC 6068 §2)."""
    local, _at, domain = to_ascii_address(email).rpartition("@")
    return f"mailto:{quote(local, safe=_PLAIN_IN_MAILTO)}@{domain}"


def address_key(text: str) -> str:
    """`text`, an address or a part of one, as addresses are compared: NFC (UAX 15) in lower case.

    Letter by letter, and never `casefold`, which is made for searching: ß is not ss and ς is not σ, neither
    in domains (IDNA 2008, RFC 5894 §7.2) nor in front of them. A domain comes from `parse_address` as
    U-labels, of which each has one A-label.
    """
    if text.isascii():
        return text.lower()
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


@lru_cache(maxsize=4096)
def _known_domain(domain: str) -> str:
    """The readable form of a domain; empty for one that no address may have."""
    try:
        return _validated(f"a@{domain}").partition("@")[2]
    except Refused:
        return ""


def _validated(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # its tables are large, and rarely needed

    try:
        return validate_email(
            text,
            check_deliverability=False,
            # Test domains are ordinary here: a relay refuses what it does not carry.
            test_environment=True,
            globally_deliverable=False,
        ).normalized
    except EmailNotValidError as error:
        sentence = f"“{text[:80] or '(nothing)'}” is not an email address: {error}"
        raise Refused("bad_address", sentence, {"email": str(error)}) from error


def _no_sender(address: Address, why: str) -> Refused:
    return Refused("bad_sender", f"“{address.email}” cannot be a sender: {why}", {"email": why})
