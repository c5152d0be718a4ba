"""Unsubscribe: end a subscription, or all of a person, at once."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.subscribers.consent import keep_record
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscription,
)
from newsletter.subscribers.names import clean_comment
from newsletter.subscribers.queries import lock_subscription, subscriptions_of


def unsubscribe(
    session: Session, subscription_id: int, *, source: ConsentSource, mailing_id: int = 0, ip: str = ""
) -> ConsentRecord | None:
    """End the subscription. Returns the record of the withdrawal; None when it had ended before.

    `source` is where it was asked for (one-click, page, preferences), `mailing_id` the mailing whose link was
    used, 0 for none. Raises `Missing` for an unknown subscription. The caller commits before it answers:
    then nothing that is reserved later is sent to the person.
    """
    subscription = lock_subscription(session, subscription_id)
    if subscription.state is State.ENDED:
        return None
    transition(subscription, State.ENDED, reason=EndReason.UNSUBSCRIBED)
    withdrawal = keep_record(session, subscription.id, ConsentKind.WITHDRAWN, source=source, ip=ip)
    audit.record(
        session,
        "subscription.ended",
        "subscription",
        subscription.id,
        actor=SUBSCRIBER,
        source=source,
        mailing_id=mailing_id,
    )
    session.flush()
    return withdrawal


def unsubscribe_from_all(session: Session, subscriber_id: int, *, source: ConsentSource, ip: str = "") -> int:
    """End everything the person subscribes to; how many subscriptions that were."""
    ids = sorted(s.id for s in subscriptions_of(session, subscriber_id))
    return sum(unsubscribe(session, id_, source=source, ip=ip) is not None for id_ in ids)


def save_comment(session: Session, subscription_id: int, comment: str) -> Subscription:
    """Store the comment of somebody who unsubscribed, instead of an earlier one."""
    subscription = lock_subscription(session, subscription_id)
    if subscription.ended_reason is EndReason.UNSUBSCRIBED:
        subscription.comment = clean_comment(comment)
    return subscription
