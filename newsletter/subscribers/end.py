"""End a subscription as an editor: the person asked for it, or should not get it any more."""

from typing import Any

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import ConsentSource, EndReason, State, Subscription
from newsletter.subscribers.queries import lock_subscription


def end_by_editor(session: Session, subscription_id: int, *, actor: str) -> tuple[Subscription, bool]:
    """End the subscription; whether it was this call that did, not an earlier one. `Missing` for none.

    The person can subscribe again by themself; nobody can do it for them (see `add.vouch_for`).
    """
    subscription = lock_subscription(session, subscription_id)
    if subscription.state is State.ENDED:
        return subscription, False
    end_locked(session, subscription, actor=actor)
    session.flush()
    return subscription, True


def end_locked(session: Session, subscription: Subscription, *, actor: str, **facts: Any) -> None:
    """End a subscription that has not ended, and whose row the caller holds; `facts` are for the audit."""
    transition(subscription, State.ENDED, reason=EndReason.ENDED_BY_EDITOR)
    audit.record(
        session,
        "subscription.ended",
        "subscription",
        subscription.id,
        actor=actor,
        source=ConsentSource.EDITOR,
        **facts,
    )
