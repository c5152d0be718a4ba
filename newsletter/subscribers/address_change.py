"""Change one's address: asked for on the preferences page, confirmed on the new address, told to the old one.

Whoever holds the link of the preferences page may name any address, so nothing that is said there depends on
whose it is: a worker decides whether a message goes to it. What the person subscribes to moves with them.
Two people are never made one: a new address under which somebody subscribes, or has left, stays theirs.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit, outbox
from newsletter.audit.record import SUBSCRIBER
from newsletter.core import clock, i18n
from newsletter.core.addresses import Address, mask_address, parse_address
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.outbox.kinds import TO_READERS
from newsletter.outbox.models import SystemMessage
from newsletter.subscribers.blank import blank, lock_subscriptions
from newsletter.subscribers.consent import Consent, keep_record
from newsletter.subscribers.models import (
    AddressChange,
    ConsentKind,
    ConsentSource,
    Subscriber,
    Subscription,
)
from newsletter.subscribers.queries import (
    is_suppressed,
    lock_subscriber,
    nobody_confirmed,
    publication_to_write_as,
    subscriptions_of,
)
from newsletter.subscribers.signup_protection import ADDRESS_CHANGE, within_message_limit

ADDRESS_CHANGED = "address_changed"  # the kind of the message to the old address
GOOD_FOR = timedelta(days=1)
# Increase it with every change to the words below, so that a record says which were read.
VERSION = "1"


def words(email: str, locale: str) -> Consent:
    """What whoever has the new address `email` agrees to, in the language of `locale`."""
    text = i18n.translations(locale).gettext("From now on, send my subscriptions to %(address)s.")
    return Consent(text % {"address": email}, VERSION, locale)


def ask_for_change(session: Session, subscriber_id: int, address: Address) -> AddressChange:
    """Keep that the person wants `address` instead of theirs; it takes the place of an earlier wish.

    Asked again for the same address, the first wish stands, because the link to it may be in the mailbox.
    Raises `Missing` for an unknown or erased person, `Conflict` when it is their address.
    """
    subscriber = lock_subscriber(session, subscriber_id)
    if subscriber.email_key == address.key:
        raise Conflict("same_address", "This is your address already.")
    waiting = waiting_change(session, subscriber_id)
    if waiting is not None and parse_address(waiting.email).key == address.key:
        return waiting
    session.execute(
        delete(AddressChange).where(
            AddressChange.subscriber_id == subscriber_id, AddressChange.changed_at.is_(None)
        )
    )
    change = AddressChange(subscriber_id=subscriber_id, email=address.email)
    session.add(change)
    session.flush()
    return change


def waiting_change(session: Session, subscriber_id: int) -> AddressChange | None:
    """The change that a person asked for and that still can be confirmed."""
    return session.scalar(
        select(AddressChange).where(
            AddressChange.subscriber_id == subscriber_id,
            AddressChange.changed_at.is_(None),
            AddressChange.asked_at > clock.now() - GOOD_FOR,
        )
    )


def send_question(session: Session, change_id: int, moment: int, locale: str) -> bool:
    """Ask at the new address whether it is theirs, unless they said so, or it must not be written to.

    Whether a message is on its way.
    """
    change = find_change(session, change_id, moment)
    address = parse_address(change.email)
    if change.changed_at is not None or is_suppressed(session, address.hash):
        return False
    if not within_message_limit(session, address, ADDRESS_CHANGE):
        return False
    facts = {"subscriber_id": change.subscriber_id, "change_id": change.id, "moment": moment}
    _post(session, ADDRESS_CHANGE, facts, to=address, locale=locale)
    return True


def find_change(session: Session, change_id: int, moment: int) -> AddressChange:
    """The change that a link is for; `Missing` when there was a later one, or the person was erased."""
    change = _present(session.get(AddressChange, change_id), moment)
    if change.changed_at is not None and _has_moved_on(session, change):
        raise _outdated()
    return change


def moment_of(change: AddressChange) -> int:
    """When it was asked for, in microseconds: ids are given again by SQLite."""
    return round(change.asked_at.timestamp() * 1_000_000)


def check_change(session: Session, change: AddressChange) -> None:
    """Raise `Refused` (`expired_token`) or `Conflict` when the change cannot be made any more, or not now."""
    if clock.now() - change.asked_at > GOOD_FOR:
        raise Refused("expired_token", "This link has expired.")
    address = parse_address(change.email)
    if is_suppressed(session, address.hash):
        raise Conflict("suppressed", "This address is on our list of addresses that we never email.")
    other = session.scalar(
        select(Subscriber).where(Subscriber.email_key == address.key, Subscriber.id != change.subscriber_id)
    )
    if other is not None and not _gives_way(session, other):
        raise _taken()


def change_address(
    session: Session, change_id: int, moment: int, *, locale: str, ip: str = ""
) -> AddressChange:
    """Write to the new address from now on, and tell the old one; doing it twice is once.

    Raises `Missing` as `find_change` does, and what `check_change` raises. The caller commits.
    """
    subscriber, other = _lock_people(session, find_change(session, change_id, moment))
    locked = session.get(AddressChange, change_id, with_for_update=True, populate_existing=True)
    change = _present(locked, moment)
    if change.changed_at is not None:
        return change
    check_change(session, change)
    address = parse_address(change.email)
    if other is not None:
        lock_subscriptions(session, other.id)
        if not _gives_way(session, other):
            raise _taken()
        blank(session, other, actor=SUBSCRIBER)
    former = Address(subscriber.email or "", subscriber.email_key or "")
    change.changed_at, change.former_email, change.former_hash = clock.now(), former.email, former.hash
    try:
        with session.begin_nested():
            subscriber.email, subscriber.email_key = address.email, address.key
            subscriber.address_hash = address.hash
    except IntegrityError:  # somebody signed up under it a moment ago
        raise _taken() from None
    agreed = words(address.email, locale)
    for subscription in subscriptions_of(session, subscriber.id):
        kind, source = ConsentKind.ADDRESS_CHANGED, ConsentSource.CONFIRMATION
        keep_record(session, subscription.id, kind, source=source, words=agreed, ip=ip)
    audit.record(session, "subscriber.address_changed", "subscriber", subscriber.id, actor=SUBSCRIBER)
    _tell(session, subscriber, former, locale)
    return change


def forget_unconfirmed(session: Session) -> None:
    """Delete changes that nobody has confirmed in time: they hold addresses that may be anybody's."""
    session.execute(
        delete(AddressChange).where(
            AddressChange.changed_at.is_(None), AddressChange.asked_at < clock.now() - 2 * GOOD_FOR
        )
    )


def _lock_people(session: Session, change: AddressChange) -> tuple[Subscriber, Subscriber | None]:
    """The person and whoever has the new address, locked in an order that all changes keep."""
    key = parse_address(change.email).key
    people = session.scalars(
        select(Subscriber)
        .where(or_(Subscriber.id == change.subscriber_id, Subscriber.email_key == key))
        .order_by(Subscriber.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    others = [person for person in people if person.id != change.subscriber_id]
    (subscriber,) = [person for person in people if person.id == change.subscriber_id]
    return subscriber, others[0] if others else None


def _gives_way(session: Session, other: Subscriber) -> bool:
    """Whether nobody ever confirmed or left anything under that address: anybody may have typed it."""
    theirs = select(Subscription.id).where(Subscription.subscriber_id == other.id, ~nobody_confirmed())
    return session.scalar(theirs.limit(1)) is None


def _tell(session: Session, subscriber: Subscriber, former: Address, locale: str) -> None:
    """Tell the old address; whoever gets it next shall not see in their data what was sent to this person."""
    facts = {"subscriber_id": subscriber.id, "new_address": mask_address(subscriber.email or "")}
    if not is_suppressed(session, former.hash):
        _post(session, ADDRESS_CHANGED, facts, to=former, locale=locale)
    session.execute(
        update(SystemMessage)
        .where(SystemMessage.address_hash == former.hash, SystemMessage.kind.in_(TO_READERS))
        .values(address_hash=subscriber.address_hash)
    )


def _post(session: Session, kind: str, facts: dict[str, Any], *, to: Address, locale: str) -> None:
    outbox.post(
        session,
        kind=kind,
        recipient=to,
        publication_id=publication_to_write_as(session, facts["subscriber_id"]),
        locale=locale,
        facts=facts,
    )


def _present(change: AddressChange | None, moment: int) -> AddressChange:
    if change is None or moment_of(change) != moment:
        raise _outdated()
    return change


def _has_moved_on(session: Session, change: AddressChange) -> bool:
    present = select(Subscriber.email).where(Subscriber.id == change.subscriber_id)
    return session.scalar(present) != change.email


def _outdated() -> Missing:
    return Missing(
        "outdated_link", "This link is no longer valid: there was a newer request, or it was too long ago."
    )


def _taken() -> Conflict:
    return Conflict(
        "address_taken",
        "This address is already subscribed, or was once. Nothing was changed: use the link at the end of"
        " any email that comes to it, or sign up with it.",
    )
