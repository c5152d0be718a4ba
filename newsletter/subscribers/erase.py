"""Erase a person (GDPR, article 17): the rows stay, so that ledgers add up, without anything personal."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.subscribers.imports.models import ImportProblem
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentRecord,
    EndReason,
    State,
    Subscriber,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.queries import lock_subscriber
from newsletter.subscribers.suppress import suppress


def erase(session: Session, subscriber_id: int, *, actor: str) -> Subscriber:
    """Blank everything personal; `Missing` when the subscriber is unknown or already erased.

    The hash of the address stays among the suppressions, so that no later import adds it again; nothing links
    that hash to these rows.
    """
    subscriber = lock_subscriber(session, subscriber_id)
    address_hash = subscriber.address_hash or ""
    _end_subscriptions(session, subscriber.id)
    _blank_messages(session, address_hash)
    _blank_problems(session, subscriber.email or "")
    audit.redact(session, subscriber.email or "")
    suppression = suppress(session, address_hash, SuppressionReason.ERASED, actor=actor)
    suppression.reason = SuppressionReason.ERASED
    suppression.note = ""
    subscriber.email = subscriber.email_key = subscriber.address_hash = None
    subscriber.name = subscriber.language = ""
    subscriber.attributes = {}
    subscriber.erased_at = clock.now()
    audit.record(session, "subscriber.erased", "subscriber", subscriber.id, actor=actor)
    session.flush()
    return subscriber


def _end_subscriptions(session: Session, subscriber_id: int) -> None:
    subscriptions = session.scalars(
        select(Subscription)
        .where(Subscription.subscriber_id == subscriber_id)
        .order_by(Subscription.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for subscription in subscriptions:
        if subscription.state is State.ENDED:
            subscription.ended_reason = EndReason.ERASED
        else:
            transition(subscription, State.ENDED, reason=EndReason.ERASED)
        subscription.comment = ""
    session.execute(
        update(ConsentRecord)
        .where(ConsentRecord.subscription_id.in_([subscription.id for subscription in subscriptions]))
        .values(ip="")
    )


def _blank_messages(session: Session, address_hash: str) -> None:
    """Cancel their unsent system messages and blank all of them; `error` may quote the address."""
    for_person = SystemMessage.address_hash == address_hash
    on_its_way = SystemMessage.state.in_([MessageState.WAITING, MessageState.SENDING])
    session.execute(update(SystemMessage).where(for_person, on_its_way).values(state=MessageState.FAILED))
    session.execute(
        update(SystemMessage)
        .where(for_person)
        .values(recipient="", address_hash="", mailbox_hash="", facts={}, error="erased")
    )


def _blank_problems(session: Session, email: str) -> None:
    """Delete problems of imports that quote a row with their address."""
    if email:
        session.execute(delete(ImportProblem).where(ImportProblem.problem.icontains(email, autoescape=True)))
