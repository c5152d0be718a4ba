"""Confirm a subscription: the owner of the address pressed the button."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core.errors import Conflict
from newsletter.subscribers.consent import keep_record, words
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import ConsentKind, ConsentSource, State, Subscriber, Subscription
from newsletter.subscribers.queries import find_subscription, is_suppressed, lock_subscription
from newsletter.subscribers.sign_up_choices import apply_sign_up_choices
from newsletter.subscribers.suppress import lift_erasure


def confirm(session: Session, subscription_id: int, *, locale: str, ip: str = "") -> Subscription:
    """Make a pending subscription active, with what was chosen at sign-up; others stay as they are.

    Raises `Missing` for an unknown one, `Conflict` when it ended meanwhile (an old link must not bring back
    what somebody left since) or when the address must not be written to. Whoever was erased once and confirms
    now is like anybody again.
    """
    # The person first, as signing up does: what they chose is kept with them, too.
    person = find_subscription(session, subscription_id).subscriber_id
    session.get_one(Subscriber, person, with_for_update=True, populate_existing=True)
    subscription = lock_subscription(session, subscription_id)
    if subscription.state in {State.ACTIVE, State.PAUSED}:
        return subscription
    if subscription.state is State.ENDED:
        raise Conflict("ended", "This subscription has since ended. You can subscribe again at any time.")
    address_hash = subscription.subscriber.address_hash or ""
    if is_suppressed(session, address_hash, own_wish=True):
        raise Conflict("suppressed", "This address is on our list of addresses that we never email.")
    lift_erasure(session, address_hash)
    transition(subscription, State.ACTIVE)
    apply_sign_up_choices(session, subscription)
    agreed = words(subscription.publication.name, locale)
    keep_record(
        session,
        subscription.id,
        ConsentKind.CONFIRMED,
        source=ConsentSource.CONFIRMATION,
        words=agreed,
        ip=ip,
    )
    audit.record(session, "subscription.confirmed", "subscription", subscription.id, actor=SUBSCRIBER)
    return subscription
