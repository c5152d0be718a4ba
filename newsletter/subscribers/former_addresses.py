"""Addresses that people had before they changed them: what came from there, and what goes there no more."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from newsletter.core.addresses import Address, address_key, key_hash
from newsletter.subscribers.models import AddressChange, Subscriber, Subscription
from newsletter.subscribers.queries import nobody_confirmed

MOVED = "moved"  # why an import leaves out an address that its person changed
BATCH = 1000


def changes_of(session: Session, subscriber_id: int) -> list[AddressChange]:
    """The confirmed changes of a person's address, oldest first."""
    changes = select(AddressChange).where(
        AddressChange.subscriber_id == subscriber_id, AddressChange.changed_at.is_not(None)
    )
    return list(session.scalars(changes.order_by(AddressChange.changed_at, AddressChange.id)))


def address_at(session: Session, subscriber: Subscriber, moment: datetime | None) -> tuple[str, str]:
    """The address that the person had at `moment`, and its hash; those of now for None.

    Both are empty for an erased person.
    """
    now = (subscriber.email or "", subscriber.address_hash or "")
    if moment is None:
        return now
    later = (change for change in changes_of(session, subscriber.id) if _moment(change) > moment)
    change = next(later, None)
    return now if change is None else (change.former_email, change.former_hash)


def find_moved(session: Session, hashes: Iterable[str]) -> set[str]:
    """Those of `hashes` (`Address.hash`) whose people have another address now.

    Not those where somebody confirmed a subscription since: they use the address again, or it is another
    person's.
    """
    if session.scalar(select(AddressChange.id).where(AddressChange.former_hash != "").limit(1)) is None:
        return set()
    wanted, found = list(hashes), set()
    for start in range(0, len(wanted), BATCH):
        former = select(AddressChange.former_hash).where(
            AddressChange.former_hash.in_(wanted[start : start + BATCH])
        )
        found |= set(session.scalars(former.distinct()))
    return found - _in_use(session, found)


def had_address(key: str) -> ColumnElement[bool]:
    """A condition on `Subscriber`: the person had the address with this key before."""
    return Subscriber.id.in_(
        select(AddressChange.subscriber_id).where(AddressChange.former_hash == key_hash(key))
    )


def former_addresses(session: Session, subscriber_id: int) -> list[Address]:
    """The addresses that the person had and that are nobody's now."""
    changes = changes_of(session, subscriber_id)
    hashes = [change.former_hash for change in changes]
    present = set(session.scalars(select(Subscriber.address_hash).where(Subscriber.address_hash.in_(hashes))))
    emails = [change.former_email for change in changes if change.former_hash not in present]
    return [Address(email, address_key(email)) for email in dict.fromkeys(emails)]


def _moment(change: AddressChange) -> datetime:
    assert change.changed_at is not None  # noqa: S101 - tells the type checker
    return change.changed_at


def _in_use(session: Session, hashes: set[str]) -> set[str]:
    query = (
        select(Subscriber.address_hash)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscriber.address_hash.in_(hashes), ~nobody_confirmed())
    )
    return {found for found in session.scalars(query.distinct()) if found is not None}
