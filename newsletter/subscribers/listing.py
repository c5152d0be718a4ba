"""The subscriptions of a publication, newest first, a page at a time: by state, by search, all of them.

A page begins behind, or ends before, a subscription, so that the last one costs what the first one does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session

from newsletter.subscribers.find import count_subscriptions
from newsletter.subscribers.models import (
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)
from newsletter.subscribers.search import search_condition

PAGE = 50
SUPPRESSED = "suppressed"  # beside the states: whatever state it is in, nothing is sent
FILTERS: tuple[str, ...] = (*(state.value for state in State), SUPPRESSED)


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One subscription with its person. `email` is None once the person was erased."""

    id: int
    subscriber_id: int
    email: str | None
    name: str
    language: str
    state: State
    ended_reason: EndReason | None
    created_at: datetime
    confirmed_at: datetime | None
    paused_until: datetime | None
    ended_at: datetime | None
    suppressed: SuppressionReason | None

    @property
    def since(self) -> datetime:
        """When it came into its state; for a pause, when it was confirmed."""
        moments = {State.PENDING: None, State.ENDED: self.ended_at}
        return moments.get(self.state, self.confirmed_at) or self.created_at


@dataclass(frozen=True, slots=True)
class SubscriptionFilter:
    """Which subscriptions: `state` is one of `FILTERS`, `words` are searched for; empty for any."""

    state: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.state or self.words)


@dataclass(frozen=True, slots=True)
class SubscriptionPage:
    """Subscriptions, newest first, and whether there are others on either side."""

    rows: list[SubscriptionRow]
    newer: bool
    older: bool


def list_subscriptions(
    session: Session,
    publication_id: int,
    wanted: SubscriptionFilter | None = None,
    *,
    older_than: int = 0,
    newer_than: int = 0,
    limit: int = PAGE,
) -> SubscriptionPage:
    """The newest ones, those older than the subscription `older_than`, or those newer than `newer_than`."""
    query = _select(session, publication_id, wanted or SubscriptionFilter()).limit(limit + 1)
    if newer_than:
        query = query.where(Subscription.id > newer_than).order_by(Subscription.id)
    else:
        query = query.order_by(Subscription.id.desc())
        if older_than:
            query = query.where(Subscription.id < older_than)
    fetched = [SubscriptionRow(*row) for row in session.execute(query)]
    more, rows = len(fetched) > limit, fetched[:limit]
    if newer_than:
        return SubscriptionPage(rows[::-1], newer=more, older=True)
    return SubscriptionPage(rows, newer=older_than > 0, older=more)


def count_filters(session: Session, publication_id: int) -> dict[str, int]:
    """How many there are in each of `FILTERS`, and in `total`; the suppressed are also in their states."""
    counts = count_subscriptions(session, publication_id)
    suppressed = (
        select(func.count())
        .select_from(Subscription)
        .where(Subscription.publication_id == publication_id, _is_suppressed())
    )
    return {**counts, SUPPRESSED: session.scalar(suppressed) or 0}


def is_wanted(session: Session, wanted: SubscriptionFilter) -> ColumnElement[bool]:
    """A condition on `Subscription` (joined with `Subscriber`): the filter lets it through."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.state == SUPPRESSED:
        conditions.append(_is_suppressed())
    elif wanted.state:
        conditions.append(Subscription.state == State(wanted.state))
    if wanted.words:
        conditions.append(search_condition(session, wanted.words))
    return and_(true(), *conditions)


def _is_suppressed() -> ColumnElement[bool]:
    """Written so that it begins from the suppressions, of which there are fewer than people."""
    hashes = select(Suppression.address_hash)
    return Subscription.subscriber_id.in_(select(Subscriber.id).where(Subscriber.address_hash.in_(hashes)))


def _select(session: Session, publication_id: int, wanted: SubscriptionFilter) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Subscription.id,
            Subscription.subscriber_id,
            Subscriber.email,
            Subscriber.name,
            Subscriber.language,
            Subscription.state,
            Subscription.ended_reason,
            Subscription.created_at,
            Subscription.confirmed_at,
            Subscription.paused_until,
            Subscription.ended_at,
            Suppression.reason,
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Subscription.publication_id == publication_id, is_wanted(session, wanted))
    )
