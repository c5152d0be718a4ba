"""The values of one recipient's merge fields and headers: a pure function, called for every delivery."""

import hashlib
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from newsletter.core.links import Links
from newsletter.core.tracking_tokens import EVERYBODY, EVERYBODY_SLOT, READER_SLOT, write_reader_token
from newsletter.core.unsubscribe_address import unsubscribe_token
from newsletter.subscribers.attributes.values import value_text

_AROUND_NAMES = ' \t"“”„«»'
_SUFFIXES = frozenset(
    [
        "jr",
        "sr",
        "ii",
        "iii",
        "iv",
        "md",
        "phd",
        "dds",
        "esq",
        "mba",
        "cpa",
        "rn",
        "inc",
        "llc",
        "ltd",
        "gmbh",
        "s.p.a",
        "s.r.l",
    ]
)


@dataclass(frozen=True, slots=True)
class MailingIdentity:
    """What is the same for every recipient of a mailing.

    `domain` is the sender's (see `issues.compile.sender_domain`), for Message-IDs. `origin` tells this
    mailing from one with its number in another installation (see `issues.compile.origin`).
    """

    mailing_id: int
    links: Links
    domain: str
    publication_name: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person whom a mailing is sent to. `seq` is their number in it, 0 outside of a mailing.

    `variant`: the number of the variant that they get (see `rendering.variant`).
    """

    seq: int
    subscriber_id: int
    subscription_id: int
    email: str
    name: str
    attributes: dict[str, Any]
    variant: int = 0


def recipient_values(
    identity: MailingIdentity,
    recipient: Recipient,
    now: datetime,
    fields: Container[str] | None = None,
) -> dict[str, str]:
    """The values for `CompiledMessage.fill`: about 10 µs, most of it two HMACs.

    `now` is an aware moment: the Date header, and when the links are issued. The same moment gives the same
    values. `fields` is `CompiledMessage.fields`: a preferences
    link that the message does not show is then not signed. Never raises for a person's odd values: `fill`
    takes care of them.
    """
    values = {
        "email": recipient.email,
        "name": recipient.name,
        "first_name": first_name(recipient.name),
        "publication_name": identity.publication_name,
        "message_id": message_id(identity.mailing_id, recipient.seq, identity.domain, identity.origin),
        "date": _format_date(now.replace(microsecond=0)),
        "unsubscribe_url": identity.links.unsubscribe(
            recipient.subscription_id, identity.mailing_id, issued_at=now
        ),
    }
    if "unsubscribe_token" in fields if fields is not None else identity.links.mail_domain:
        values["unsubscribe_token"] = unsubscribe_token(
            identity.links.signer, recipient.subscription_id, identity.mailing_id
        )
    if fields is None or "preferences_url" in fields:
        values["preferences_url"] = identity.links.preferences(recipient.subscriber_id, issued_at=now)
    if fields is not None and READER_SLOT in fields:
        token = write_reader_token(identity.links.signer, identity.mailing_id, recipient.seq)
        values[READER_SLOT] = token
    elif fields is not None and EVERYBODY_SLOT in fields:
        values[EVERYBODY_SLOT] = EVERYBODY
    for key, value in recipient.attributes.items():
        if value is not None:
            values[f"attributes.{key}"] = value if isinstance(value, str) else value_text(value)
    return values


def first_name(name: str) -> str:
    """What to greet somebody by: `Ana` of “Ana Ruiz” and of “Ruiz, Ana”; empty without a name."""
    if "," in name:
        family, _, given = name.partition(",")
        is_suffix = given.strip(" .").casefold() in _SUFFIXES or not given.strip()
        name = family if is_suffix else given
    return name.strip(_AROUND_NAMES).partition(" ")[0]


def message_id(mailing_id: int, seq: int, domain: str, origin: str) -> str:
    """The Message-ID of a delivery without its brackets, the same at each attempt (RFC 5322 §3.6.4).

    The hash keeps two installations that send for one domain apart, and one that was set up anew from its
    past.
    """
    digest = hashlib.blake2b(f"{origin} {mailing_id} {seq}".encode(), digest_size=8).hexdigest()
    return f"{mailing_id}.{seq}.{digest}@{domain}"


@lru_cache(maxsize=4)
def _format_date(second: datetime) -> str:
    return format_datetime(second)
