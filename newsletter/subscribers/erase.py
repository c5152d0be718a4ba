"""Erase a person: the rows stay, so that the ledgers add up; the person does not."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.subscribers.imports.models import ImportProblem
from newsletter.subscribers.lifecycle import move
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
    """Blank everything that says who this was; `Missing` when it is unknown or already erased.

    What remains is the hash of the address among the suppressions, so that no later import writes to it, and
    nothing leads from that hash to these rows.
    """
    subscriber = lock_subscriber(session, subscriber_id)
    address_hash = subscriber.address_hash or ""
    _end_subscriptions(session, subscriber.id)
    _blank_messages(session, address_hash)
    _blank_problems(session, subscriber.email or "")
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
            move(subscription, State.ENDED, reason=EndReason.ERASED)
        subscription.comment = ""
    session.execute(
        update(ConsentRecord)
        .where(ConsentRecord.subscription_id.in_([subscription.id for subscription in subscriptions]))
        .values(ip="")
    )


def _blank_messages(session: Session, address_hash: str) -> None:
    """Whatever was on its way to them is not any more, and a relay's complaint may quote the address."""
    theirs = SystemMessage.address_hash == address_hash
    on_its_way = SystemMessage.state.in_([MessageState.WAITING, MessageState.SENDING])
    session.execute(update(SystemMessage).where(theirs, on_its_way).values(state=MessageState.FAILED))
    session.execute(
        update(SystemMessage).where(theirs).values(recipient="", address_hash="", facts={}, error="erased")
    )


def _blank_problems(session: Session, email: str) -> None:
    """An import may have met a row about them that it could not read, and quoted it."""
    if email:
        session.execute(delete(ImportProblem).where(ImportProblem.problem.icontains(email, autoescape=True)))
