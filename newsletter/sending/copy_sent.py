"""What exactly somebody got: the copy of a mailing for one subscriber, made again byte for byte.

A copy depends on the compiled message, which is kept, on the moment in its Date header, which its delivery
has, on the address that the reader had then, and on the reader's own words. Only those may have changed
since: a name, or the key that signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import address_key
from newsletter.core.errors import Missing
from newsletter.core.links import Links
from newsletter.issues.recipient import Recipient, recipient_values
from newsletter.mailings.lifecycle import find
from newsletter.mailings.models import Delivery, Outcome
from newsletter.sending.mailing_message import read_mailing_message
from newsletter.subscribers.former_addresses import address_at, had_address
from newsletter.subscribers.models import Subscriber


@dataclass(frozen=True)
class CopySent:
    """One delivery and its copy. `eml` are the octets as they were handed to the relay (RFC 5322)."""

    mailing_id: int
    address: str
    outcome: Outcome
    dated: datetime
    exact: bool  # False for deliveries of earlier versions, of which the Date is known only roughly
    eml: bytes
    html: str
    text: str


def find_copy(
    session: Session,
    mailing_id: int,
    address: str,
    *,
    links: Links,
    secrets: Sequence[str],
    bounce_domain: str = "",
) -> CopySent:
    """The copy that was sent, or last attempted, to `address`, which its reader may have changed since.

    Raises `Missing` for a mailing or a reader that is not there, and where no copy ever left.
    """
    mailing = find(session, mailing_id)
    delivery, reader = _find(session, mailing_id, address)
    dated = delivery.dated or (delivery.at if delivery.outcome is not Outcome.EXCLUDED else None)
    if dated is None or delivery.seq < 0:
        reason = f" ({delivery.reason})" if delivery.reason else ""
        sentence = f"No copy of mailing {mailing_id} was sent to {address}: {delivery.outcome}{reason}."
        raise Missing("no_copy", sentence)
    message = read_mailing_message(session, mailing, links, secrets, bounce_domain)
    email, _ = address_at(session, reader, dated)
    recipient = Recipient(
        delivery.seq,
        reader.id,
        delivery.subscription_id,
        email,
        reader.name,
        dict(reader.attributes),
        delivery.variant,
    )
    compiled = message.compiled_for(recipient)
    values = recipient_values(message.identity, recipient, dated, compiled.fields)
    return CopySent(
        mailing_id,
        email,
        delivery.outcome,
        dated,
        delivery.dated is not None,
        message.to(recipient, dated).body,
        compiled.fill_html(values),
        compiled.fill_text(values),
    )


def _find(session: Session, mailing_id: int, address: str) -> tuple[Delivery, Subscriber]:
    """The delivery to whoever has the address, or had it then; before others the one that went there."""
    key = address_key(address)
    rows = session.execute(
        select(Delivery, Subscriber)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.mailing_id == mailing_id, or_(Subscriber.email_key == key, had_address(key)))
        .order_by(Delivery.seq)
    ).all()
    if not rows:
        raise Missing("no_delivery", f"Mailing {mailing_id} has no delivery to {address[:254]}.")
    there = (row for row in rows if _went_to(session, row[0], row[1]) == key)
    delivery, reader = next(there, rows[0])
    return delivery, reader


def _went_to(session: Session, delivery: Delivery, reader: Subscriber) -> str:
    email, _ = address_at(session, reader, delivery.dated or delivery.at)
    return address_key(email)
