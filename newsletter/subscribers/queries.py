"""Queries that several modules share."""

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Missing
from newsletter.subscribers.models import (
    EndReason,
    State,
    Subscriber,
    Subscription,
    Suppression,
    SuppressionReason,
)


def lock_subscription(session: Session, subscription_id: int) -> Subscription:
    """The subscription with its publication, as it is now and until this transaction ends; `Missing` if none.

    PostgreSQL locks the row; SQLite has one writer at a time anyway.
    """
    return _known(
        session.scalar(
            _with_both(subscription_id)
            .with_for_update(of=Subscription)
            .execution_options(populate_existing=True)
        )
    )


def find_subscription(session: Session, subscription_id: int) -> Subscription:
    """The subscription with its publication and subscriber, to read; `Missing` when there is none."""
    return _known(session.scalar(_with_both(subscription_id)))


def lock_subscriber(session: Session, subscriber_id: int) -> Subscriber:
    """The subscriber, locked as above; `Missing` when there is none or the person was erased."""
    return _present(session.get(Subscriber, subscriber_id, with_for_update=True, populate_existing=True))


def find_subscriber(session: Session, subscriber_id: int) -> Subscriber:
    """The subscriber, to read; `Missing` when there is none or the person was erased."""
    return _present(session.get(Subscriber, subscriber_id))


def subscriptions_of(session: Session, subscriber_id: int) -> list[Subscription]:
    """Everything the person ever subscribed to, in the order of the publications' names."""
    subscriptions = session.scalars(
        select(Subscription)
        .where(Subscription.subscriber_id == subscriber_id)
        .options(joinedload(Subscription.publication))
    )
    return sorted(subscriptions, key=lambda subscription: subscription.publication.name.casefold())


def nobody_confirmed() -> ColumnElement[bool]:
    """A condition on `Subscription`: it waits for a confirmation, or it expired for want of one."""
    waited = or_(
        Subscription.state == State.PENDING,
        Subscription.ended_reason.is_not_distinct_from(EndReason.EXPIRED),
    )
    return and_(waited, Subscription.confirmed_at.is_(None))


def publication_to_write_as(session: Session, subscriber_id: int) -> int | None:
    """The publication in whose name the person is written to: one that they get, else one that they got."""
    subscriptions = subscriptions_of(session, subscriber_id)
    running = (each for each in subscriptions if each.state is not State.ENDED)
    one = next(running, next(iter(subscriptions), None))
    return None if one is None else one.publication_id


def audit_entries_about(subscriber_id: int, subscription_ids: list[int]) -> ColumnElement[bool]:
    """A condition on `AuditEntry`: it is about the person or one of their subscriptions."""
    return or_(
        (AuditEntry.subject_kind == "subscriber") & (AuditEntry.subject_id == subscriber_id),
        (AuditEntry.subject_kind == "subscription") & AuditEntry.subject_id.in_(subscription_ids),
    )


def is_suppressed(session: Session, address_hash: str, *, own_wish: bool = False) -> bool:
    """Whether the address must never be written to.

    `own_wish`: whoever has it asks for it. An erasure keeps imports and editors from adding somebody
    again, but not the person, who may come back by confirming.
    """
    query = select(Suppression.id).where(Suppression.address_hash == address_hash)
    if own_wish:
        query = query.where(Suppression.reason != SuppressionReason.ERASED)
    return session.scalar(query) is not None


def unknown_subscription() -> Missing:
    """What is said about a subscription that does not exist."""
    return Missing("unknown_subscription", "This link belongs to a subscription that no longer exists.")


def _with_both(subscription_id: int) -> Select[Subscription]:
    return (
        select(Subscription)
        .where(Subscription.id == subscription_id)
        .options(joinedload(Subscription.publication), joinedload(Subscription.subscriber))
    )


def _known(subscription: Subscription | None) -> Subscription:
    if subscription is None:
        raise unknown_subscription()
    return subscription


def _present(subscriber: Subscriber | None) -> Subscriber:
    if subscriber is None or subscriber.erased_at is not None:
        raise Missing(
            "unknown_subscriber", "There is no data behind this link: it was deleted, or it never existed."
        )
    return subscriber
