"""How often a reader gets a publication: each issue, or a monthly summary where the publication has one."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core.errors import Conflict, Refused
from newsletter.subscribers.models import State, Subscription
from newsletter.subscribers.queries import lock_subscription

EACH_ISSUE = "each"
MONTHLY = "monthly"


def change_frequency(session: Session, subscription_id: int, frequency: str) -> Subscription:
    """From the next mailing on; choosing the same again changes nothing. The caller commits.

    Raises `Refused` for another word, `Conflict` for a subscription that is not active or paused, and where
    the publication makes no summaries.
    """
    if frequency not in {EACH_ISSUE, MONTHLY}:
        raise Refused("bad_frequency", "Choose each issue or one summary a month.")
    subscription = lock_subscription(session, subscription_id)
    if subscription.state not in {State.ACTIVE, State.PAUSED}:
        raise Conflict("not_active", "This subscription is not active.")
    monthly = frequency == MONTHLY
    if monthly and not subscription.publication.monthly_summary:
        raise Conflict("no_summary", "This publication has no monthly summary.")
    if subscription.monthly != monthly:
        subscription.monthly = monthly
        audit.record(
            *(session, "subscription.frequency_changed", "subscription", subscription.id),
            actor=SUBSCRIBER,
            frequency=frequency,
        )
    return subscription
