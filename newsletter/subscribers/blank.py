"""Blank a person: the row stays, so that ledgers add up, and says nothing of anybody any more."""

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.subscribers.erase_texts import delete_of_person
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    EndReason,
    State,
    Subscriber,
    Subscription,
)

# Their words are about this person alone; those of other consents are the words of many.
OF_ONE_PERSON = (ConsentKind.VOUCHED, ConsentKind.ADDRESS_CHANGED)


def blank(session: Session, subscriber: Subscriber, *, actor: str) -> list[int]:
    """End what the (locked) person subscribes to and blank all rows that are theirs; the subscriptions' ids.

    What names them elsewhere is left to the caller.
    """
    ids = _end_subscriptions(session, subscriber.id)
    subscriber.email = subscriber.email_key = subscriber.address_hash = None
    subscriber.name = subscriber.language = ""
    subscriber.attributes = {}
    subscriber.erased_at = clock.now()
    audit.record(session, "subscriber.erased", "subscriber", subscriber.id, actor=actor)
    session.flush()
    delete_of_person(session, subscriber.id)
    return ids


def lock_subscriptions(session: Session, subscriber_id: int) -> list[Subscription]:
    """Everything that the person ever subscribed to, as it is now and until the transaction ends."""
    return list(
        session.scalars(
            select(Subscription)
            .where(Subscription.subscriber_id == subscriber_id)
            .order_by(Subscription.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _end_subscriptions(session: Session, subscriber_id: int) -> list[int]:
    """The ids of their subscriptions, which have ended and say nothing personal any more."""
    subscriptions = lock_subscriptions(session, subscriber_id)
    for subscription in subscriptions:
        if subscription.state is State.ENDED:
            subscription.ended_reason = EndReason.ERASED
        else:
            transition(subscription, State.ENDED, reason=EndReason.ERASED)
        subscription.comment = ""
        subscription.tracking_consent_at = None
        subscription.sign_up_choices = None
    ids = [subscription.id for subscription in subscriptions]
    text = case((ConsentRecord.kind.in_(OF_ONE_PERSON), ""), else_=ConsentRecord.text)
    records = update(ConsentRecord).where(ConsentRecord.subscription_id.in_(ids))
    session.execute(records.values(ip="", text=text, origin=None))
    return ids
