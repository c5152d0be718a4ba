"""Erase a person (GDPR, article 17): the rows stay, so that ledgers add up, without anything personal."""

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.address_text import AddressInText
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.subscribers.erase_feedback import erase_feedback
from newsletter.subscribers.erase_texts import delete_of_person, erase_in_texts
from newsletter.subscribers.exports.process import forget_exports
from newsletter.subscribers.imports.interrupt import interrupt_imports
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    EndReason,
    State,
    Subscriber,
    Subscription,
    SuppressionReason,
)
from newsletter.subscribers.personal_files import PersonalFiles
from newsletter.subscribers.queries import lock_subscriber
from newsletter.subscribers.suppress import suppress


def erase(session: Session, subscriber_id: int, *, actor: str, files: PersonalFiles) -> Subscriber:
    """Blank everything personal, in `files` at once; `Missing` when the subscriber is unknown or erased.

    In texts about several people only the address is erased. Its hash stays among the suppressions, so that
    no later import adds it again; nothing links that hash to these rows. After the commit the caller has
    `core.db.truncate_log` forget what SQLite's log still holds. Raises `OperatorMustAct`.
    """
    interrupt_imports(session)  # what a worker has read of a file may name the person
    forget_exports(session)
    subscriber = lock_subscriber(session, subscriber_id)
    address_hash, email = subscriber.address_hash or "", subscriber.email or ""
    subscription_ids = _end_subscriptions(session, subscriber.id)
    _blank_messages(session, address_hash)
    _blank_answers(session, AddressInText(email))
    suppression = suppress(session, address_hash, SuppressionReason.ERASED, actor=actor)
    suppression.reason = SuppressionReason.ERASED
    suppression.note = ""
    subscriber.email = subscriber.email_key = subscriber.address_hash = None
    subscriber.name = subscriber.language = ""
    subscriber.attributes = {}
    subscriber.erased_at = clock.now()
    audit.record(session, "subscriber.erased", "subscriber", subscriber.id, actor=actor)
    session.flush()
    address = AddressInText(email)
    erase_feedback(session, subscriber.id, address_hash, address)
    erase_in_texts(session, address)
    delete_of_person(session, subscriber.id)
    audit.redact(session, address)
    files.erase(address, subscriber.id, subscription_ids)
    return subscriber


def _end_subscriptions(session: Session, subscriber_id: int) -> list[int]:
    """The ids of their subscriptions, which have ended and say nothing personal any more."""
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
        subscription.tracking_consent_at = None
    ids = [subscription.id for subscription in subscriptions]
    # An editor's note is about this person alone; other words of consent are those of many.
    text = case((ConsentRecord.kind == ConsentKind.VOUCHED, ""), else_=ConsentRecord.text)
    session.execute(
        update(ConsentRecord).where(ConsentRecord.subscription_id.in_(ids)).values(ip="", text=text)
    )
    return ids


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


def _blank_answers(session: Session, address: AddressInText) -> None:
    """What the person answered, and was forwarded to the team, is theirs as well."""
    answers = session.scalars(select(SystemMessage).where(SystemMessage.kind == "reply_received"))
    for message in answers.all():
        if address.is_in(message.facts.get("reply_to", "")):
            message.facts, message.error = {}, "erased"
            if message.state in {MessageState.WAITING, MessageState.SENDING}:
                message.state = MessageState.FAILED
