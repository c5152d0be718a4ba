"""Pause a subscription for some months, and take it up again."""

import calendar
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core import clock
from newsletter.core.errors import Conflict, Refused
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import State, Subscription
from newsletter.subscribers.queries import lock_subscription

LONGEST_PAUSE = 3  # months


def pause(session: Session, subscription_id: int, months: int) -> Subscription:
    """Send nothing for `months` (1 to 3) calendar months from now; a pause may be made longer or shorter.

    Raises `Refused` for another number, `Conflict` unless the subscription is active or paused.
    """
    until = end_of_pause(clock.now(), months)
    subscription = lock_subscription(session, subscription_id)
    if subscription.state is State.PAUSED:
        subscription.paused_until, subscription.paused_by_editor = until, False
    else:
        transition(subscription, State.PAUSED, until=until)
    audit.record(
        session, "subscription.paused", "subscription", subscription.id, actor=SUBSCRIBER, months=months
    )
    return subscription


def end_of_pause(begun: datetime, months: int) -> datetime:
    """When a pause of `months` (1 to 3) calendar months is over; `Refused` for another number."""
    if not 1 <= months <= LONGEST_PAUSE:
        raise Refused("bad_pause", "A pause lasts one, two or three months.", {"months": "1, 2 or 3"})
    return months_later(begun, months)


def resume(session: Session, subscription_id: int) -> Subscription:
    """End a pause before its time; an active subscription stays as it is, any other raises `Conflict`."""
    subscription = lock_subscription(session, subscription_id)
    if subscription.state is State.ACTIVE:
        return subscription
    if subscription.state is not State.PAUSED:
        raise Conflict("not_paused", "This subscription is not paused.")
    transition(subscription, State.ACTIVE)
    audit.record(session, "subscription.resumed", "subscription", subscription.id, actor=SUBSCRIBER)
    return subscription


def resume_due(session: Session, limit: int = 1000) -> int:
    """Make at most `limit` subscriptions active whose pause is over; how many there were. For the sweep."""
    due = session.scalars(
        select(Subscription)
        .where(Subscription.state == State.PAUSED, Subscription.paused_until <= clock.now())
        .order_by(Subscription.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    for subscription in due:
        transition(subscription, State.ACTIVE)
    return len(due)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day and time `months` calendar months later, or that month's last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
