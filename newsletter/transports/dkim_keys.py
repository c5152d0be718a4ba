"""DKIM keys: generate them, check their DNS records, activate and remove them (RFC 6376)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.core.host_names import host_name
from newsletter.dns_records.ask import TxtLookup
from newsletter.smtp.dkim import Algorithm, Signer
from newsletter.smtp.failures import SessionFailed, Step
from newsletter.transports.models import DkimKey
from newsletter.transports.secret_box import DecryptionFailed, SecretBox

RSA_BITS = 2048  # RFC 8301 §3.2: what signers should use
_ANY_MAIL = {"*", "email"}  # services of a record, RFC 6376 §3.6.1
_SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
UNREADABLE = (
    "The DKIM key of {domain} cannot be read, because SECRET_KEY was changed:"
    " remove it with “newsletter dkim remove”, or put the earlier key into OLD_SECRET_KEYS."
)


@dataclass(frozen=True)
class Published:
    """A key, with the name and the text of the TXT record that publishes it."""

    key: DkimKey
    name: str
    text: str


def make_key(
    session: Session, domain: str, selector: str, algorithm: Algorithm, secrets: Sequence[str], *, actor: str
) -> Published:
    """A new key, flushed and not active yet. Raises `Refused`, or `Conflict` for a taken selector."""
    try:
        domain = host_name(domain)
    except ValueError:
        raise _refused("domain", f"“{domain[:80]}” is not a valid domain name.") from None
    if not _SELECTOR.fullmatch(selector):
        raise _refused("selector", "A selector is made of lower-case letters, digits and hyphens.")
    private = (
        generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
        if algorithm is Algorithm.RSA
        else Ed25519PrivateKey.generate()
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    key = DkimKey(
        domain=domain,
        selector=selector,
        algorithm=algorithm.value,
        private_key=SecretBox(secrets).encrypt(pem),
    )
    try:
        with session.begin_nested():
            session.add(key)
    except IntegrityError:
        raise Conflict("dkim_selector", f"{domain} already has a key called {selector}.") from None
    _record(session, key, "made", actor)
    return published(key, secrets)


def published(key: DkimKey, secrets: Sequence[str]) -> Published:
    """`key` with its record. Raises `SessionFailed` when it cannot be decrypted."""
    signer = _signer(key, secrets)
    return Published(key, signer.record_name, signer.record)


def list_keys(session: Session) -> list[DkimKey]:
    """All of them, by domain, the oldest first."""
    return list(session.scalars(select(DkimKey).order_by(DkimKey.domain, DkimKey.id)))


def find_key(session: Session, key_id: int) -> DkimKey:
    """The key, or `Missing`. All keys of its domain are locked until the transaction ends.

    They are locked in one order, because one key takes the place of another: two people at once wait.
    """
    domain = session.scalar(select(DkimKey.domain).where(DkimKey.id == key_id))
    keys = session.scalars(
        select(DkimKey)
        .where(DkimKey.domain == domain)
        .order_by(DkimKey.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    key = next((key for key in keys.all() if key.id == key_id), None)
    if key is None:
        raise Missing("unknown_dkim_key", f"There is no DKIM key {key_id}.")
    return key


def activate(
    session: Session, key: DkimKey, secrets: Sequence[str], lookup: TxtLookup | None, *, actor: str
) -> DkimKey:
    """Sign with `key` from now on, instead of an earlier one of its domain and kind.

    With `lookup`, only if the DNS has its record; else `Refused` says why.
    """
    if lookup is not None:
        check_record(published(key, secrets), lookup)
    if key.active_since is None:
        now = clock.now()
        session.execute(
            update(DkimKey)
            .where(
                DkimKey.domain == key.domain,
                DkimKey.algorithm == key.algorithm,
                DkimKey.active_since.is_not(None),
            )
            .values(active_since=None, retired_at=now)
        )
        key.active_since, key.retired_at = now, None
        _record(session, key, "activated", actor)
    return key


def check_active(session: Session, secrets: Sequence[str], lookup: TxtLookup) -> list[str]:
    """The domains with active keys, sorted, after a check that receivers can verify their signatures.

    Raises `Refused` for the first key whose DNS record is missing or wrong: what it signs looks forged; or
    `SessionFailed` for a key that cannot be decrypted: its mail does not leave.
    """
    active = [key for key in list_keys(session) if key.active_since is not None]
    for key in active:
        check_record(published(key, secrets), lookup)
    return sorted({key.domain for key in active})


def remove(session: Session, key: DkimKey, *, actor: str) -> None:
    """Sign with it no more. What it signed is verified as long as its record is in the DNS."""
    _record(session, key, "removed", actor)
    session.delete(key)


def signers_for(session: Session, secrets: Sequence[str], sender: str) -> tuple[Signer, ...]:
    """Who signs for mail from the address `sender`: its domain's active keys, else its nearest parent's.

    A parent's signature counts for DMARC in its ordinary, relaxed mode (RFC 9989). Raises `SessionFailed`
    when a key cannot be read: mail that is expected to be signed does not leave without.
    """
    names = signing_domains(sender.rpartition("@")[2])
    keys = session.scalars(
        select(DkimKey)
        .where(DkimKey.domain.in_(names), DkimKey.active_since.is_not(None))
        .order_by(DkimKey.algorithm.desc(), DkimKey.id)  # RSA first: everybody verifies that one
    ).all()
    nearest = max((key.domain for key in keys), key=len, default="")
    return tuple(_signer(key, secrets) for key in keys if key.domain == nearest)


def signing_domains(domain: str) -> list[str]:
    """The domains whose keys may sign for mail from `domain`: its own first, then its parents'."""
    try:
        labels = host_name(domain).split(".")
    except ValueError:
        return []
    return [".".join(labels[start:]) for start in range(len(labels) - 1)] or [".".join(labels)]


def check_record(wanted: Published, lookup: TxtLookup) -> None:
    """Raises `Refused` unless the DNS has exactly the record of `wanted`, and it lets the key sign mail."""
    records = lookup(wanted.name)
    if not records:
        raise _refused(
            "record", f"The DNS has no TXT record {wanted.name}. Publish it, or wait until it is seen."
        )
    if len(records) > 1:  # what a verifier makes of several is not defined (RFC 6376 §3.6.2.2)
        raise _refused(
            "record", f"The DNS has {len(records)} TXT records {wanted.name}. Leave only this key's."
        )
    tags = _tags(records[0])
    if any(tags[name] != value for name, value in _tags(wanted.text).items() if name in {"k", "p"}):
        raise _refused("record", f"The TXT record {wanted.name} is not the one of this key.")
    if (
        tags["v"] != "DKIM1"
        or "sha256" not in tags["h"].split(":")
        or not _ANY_MAIL & set(tags["s"].split(":"))
    ):
        raise _refused(
            "record", f"The TXT record {wanted.name} does not let this key sign mail. Publish: {wanted.text}"
        )


def _tags(text: str) -> dict[str, str]:
    """The tags of a record, the absent ones as what they then are (RFC 6376 §3.6.1)."""
    given = (part.partition("=") for part in text.split(";"))
    tags = {name.strip(): "".join(value.split()) for name, _, value in given}
    return {"v": "DKIM1", "k": "rsa", "p": "", "h": "sha256", "s": "*"} | tags


def _signer(key: DkimKey, secrets: Sequence[str]) -> Signer:
    try:
        pem = SecretBox(secrets).decrypt(key.private_key)
    except DecryptionFailed:
        sentence = UNREADABLE.format(domain=key.domain)
        raise SessionFailed(Step.AUTH, sentence, temporary=False) from None
    return Signer.from_pem(key.domain, key.selector, pem.encode())


def _record(session: Session, key: DkimKey, verb: str, actor: str) -> None:
    facts = {"domain": key.domain, "selector": key.selector, "algorithm": key.algorithm}
    audit.record(session, f"dkim.{verb}", "dkim_key", key.id, actor=actor, **facts)


def _refused(field: str, sentence: str) -> Refused:
    return Refused("dkim", sentence, {field: sentence})
