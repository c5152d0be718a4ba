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
from newsletter.subscribers.search import search
from newsletter.subscribers.walk import Found, beyond, walk

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
    attributes: dict[str, Any]
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
    """Subscriptions, newest first, and whether there are, or may be, others on either side.

    `stopped_at`: the subscription at which looking for more took too long, from where it goes on; else 0.
    """

    rows: list[SubscriptionRow]
    newer: bool
    older: bool
    stopped_at: int = 0


def list_subscriptions(
    session: Session,
    publication_id: int,
    wanted: SubscriptionFilter | None = None,
    *,
    narrowed: ColumnElement[bool] | None = None,
    older_than: int = 0,
    newer_than: int = 0,
    limit: int = PAGE,
) -> SubscriptionPage:
    """The newest ones, those older than the subscription `older_than`, or those newer than `newer_than`.

    `narrowed` is a further condition over `Subscription` and `Subscriber`, such as of a segment.
    """
    query, few = _select(session, publication_id, wanted or SubscriptionFilter(), narrowed)
    place = {"older_than": 0 if newer_than else older_than, "newer_than": newer_than}
    if narrowed is None or few:
        found = Found(list(session.execute(beyond(query, **place).limit(limit + 1))), 0)
    else:
        found = walk(session, query, publication_id, limit=limit + 1, **place)
    more = len(found.rows) > limit or found.stopped_at > 0
    rows = [SubscriptionRow(*row) for row in found.rows[:limit]]
    if newer_than:
        return SubscriptionPage(rows[::-1], newer=more, older=True, stopped_at=found.stopped_at)
    return SubscriptionPage(rows, newer=older_than > 0, older=more, stopped_at=found.stopped_at)


def count_subscribers(
    session: Session,
    publication_id: int,
    wanted: SubscriptionFilter,
    narrowed: ColumnElement[bool] | None = None,
) -> int:
    """How many the filter finds, looked at one by one."""
    query = (
        select(func.count(Subscription.id))
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.publication_id == publication_id, is_wanted(session, wanted))
    )
    return session.scalar(query if narrowed is None else query.where(narrowed)) or 0


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
    return _wanted(session, wanted)[0]


def _wanted(session: Session, wanted: SubscriptionFilter) -> tuple[ColumnElement[bool], bool]:
    """The same, and whether few can meet it, whom an index leads to."""
    conditions: list[ColumnElement[bool]] = []
    few = False
    if wanted.state == SUPPRESSED:
        conditions.append(_is_suppressed())
    elif wanted.state:
        conditions.append(Subscription.state == State(wanted.state))
    if wanted.words:
        found = search(session, wanted.words)
        conditions.append(found.condition)
        few = found.few
    return and_(true(), *conditions), few


def _is_suppressed() -> ColumnElement[bool]:
    """Written so that it begins from the suppressions, of which there are fewer than people."""
    hashes = select(Suppression.address_hash)
    return Subscription.subscriber_id.in_(select(Subscriber.id).where(Subscriber.address_hash.in_(hashes)))


def _select(
    session: Session, publication_id: int, wanted: SubscriptionFilter, narrowed: ColumnElement[bool] | None
) -> tuple[Select[Any], bool]:
    condition, few = _wanted(session, wanted)
    columns: tuple[Any, ...] = (
        *(Subscription.id, Subscription.subscriber_id, Subscriber.email, Subscriber.name),
        *(Subscriber.language, Subscription.state, Subscription.ended_reason, Subscription.created_at),
        *(Subscription.confirmed_at, Subscription.paused_until, Subscription.ended_at),
        *(Subscriber.attributes, Suppression.reason),
    )
    query = (
        select(*columns)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Subscription.publication_id == publication_id, condition)
    )
    return query if narrowed is None else query.where(narrowed), few
