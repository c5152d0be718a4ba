"""What a domain's SPF, DKIM and DMARC records say about its mail (RFC 7208, RFC 6376, RFC 9989).

DMARC passes when one of SPF and DKIM passes for a domain that is aligned with that of the From header: the
same, or one below the other. What a relay adds by itself cannot be seen here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.transports.dkim_keys import Lookup

# What ends the version that a record begins with.
_VERSION = re.compile(r"[;\s]")


@dataclass(frozen=True)
class MailIdentity:
    """Whose name mail goes out in: A-labels, lower case.

    domain:   that of the From header.
    envelope: that of the return path, which SPF is about.
    signed:   that of the DKIM signature; empty where we do not sign.
    key_name: where the DNS should have the record of its key.
    """

    domain: str
    envelope: str
    signed: str = ""
    key_name: str = ""


def judge(identity: MailIdentity, lookup: Lookup) -> list[str]:
    """A sentence for each thing that is wrong. Raises what `lookup` raises when the DNS does not answer."""
    dmarc = _records(_dmarc_names(identity.domain), lookup, "v=dmarc1")
    problems = [*_spf(identity, lookup), *_dkim(identity, lookup)]
    if not dmarc:
        problems.append(
            f"The domain {identity.domain} has no DMARC record (_dmarc.{identity.domain}), which Gmail"
            " and Yahoo demand of whoever sends much mail."
        )
    elif len(dmarc) > 1:
        problems.append(
            f"{identity.domain} has {len(dmarc)} DMARC records, so none of them counts: keep one."
        )
    else:
        problems += _alignment(identity, _tags(dmarc[0]))
    return problems


def _spf(identity: MailIdentity, lookup: Lookup) -> Iterator[str]:
    domain = identity.envelope
    records = _records([domain], lookup, "v=spf1")
    if not records:
        yield f"The domain {domain} has no SPF record, so receivers cannot tell who may send in its name."
    elif len(records) > 1:
        yield f"The domain {domain} has {len(records)} SPF records, so none of them counts: keep one."
    elif {"all", "+all"} & set(records[0].lower().split()):
        yield f"The SPF record of {domain} lets everybody send in its name: end it with “~all”."


def _dkim(identity: MailIdentity, lookup: Lookup) -> Iterator[str]:
    if identity.key_name and not lookup(identity.key_name):
        yield (
            f"Mail of {identity.domain} is signed, but the DNS does not have the key, {identity.key_name}:"
            " receivers take it for forged."
        )


def _alignment(identity: MailIdentity, dmarc: dict[str, str]) -> Iterator[str]:
    by_spf = _is_aligned(identity.domain, identity.envelope, strict=dmarc.get("aspf") == "s")
    by_dkim = _is_aligned(identity.domain, identity.signed, strict=dmarc.get("adkim") == "s")
    if by_dkim:
        return
    if identity.signed:
        yield (
            f"Mail of {identity.domain} is signed as {identity.signed}, but its DMARC record wants the very"
            " same domain: make a key for it, or take “adkim=s” away."
        )
    elif not by_spf:
        yield (
            f"Neither the return path ({identity.envelope}) nor a signature of ours is of {identity.domain},"
            " so DMARC fails unless the relay signs: make a DKIM key."
        )
    elif dmarc.get("p") in {"quarantine", "reject"}:
        yield (
            f"Mail of {identity.domain} is not signed by us, but its DMARC record wants what fails"
            f" {'refused' if dmarc['p'] == 'reject' else 'put aside'}: make a key, or let the relay sign."
        )


def _is_aligned(domain: str, other: str, *, strict: bool) -> bool:
    if strict or not other:
        return domain == other
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")


def _dmarc_names(domain: str) -> list[str]:
    """Where its record can be: at the domain itself, or at a domain above it (RFC 9989 §4.10)."""
    labels = domain.split(".")
    return [f"_dmarc.{'.'.join(labels[start:])}" for start in range(max(1, len(labels) - 1))]


def _records(names: list[str], lookup: Lookup, version: str) -> list[str]:
    """The records of that version at the first name that has some."""
    for name in names:
        if found := [text for text in lookup(name) if _VERSION.split(text.strip(), 1)[0].lower() == version]:
            return found
    return []


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}
