"""Erase a person (GDPR, article 17): the rows stay, so that ledgers add up, without anything personal."""

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.address_text import AddressInText
from newsletter.core.addresses import Address, address_key
from newsletter.outbox.models import MessageState, SystemMessage
from newsletter.subscribers.blank import blank
from newsletter.subscribers.erase_feedback import erase_feedback
from newsletter.subscribers.erase_texts import erase_in_texts
from newsletter.subscribers.exports.process import forget_exports
from newsletter.subscribers.former_addresses import former_addresses
from newsletter.subscribers.imports.interrupt import interrupt_imports
from newsletter.subscribers.models import AddressChange, Subscriber, SuppressionReason
from newsletter.subscribers.personal_files import PersonalFiles
from newsletter.subscribers.queries import lock_subscriber
from newsletter.subscribers.signup_protection import ADDRESS_CHANGE
from newsletter.subscribers.suppress import suppress


def erase(
    session: Session, subscriber_id: int, *, actor: str, files: PersonalFiles, keeps_out: bool = True
) -> Subscriber:
    """Blank everything personal, in `files` at once; `Missing` when the subscriber is unknown or erased.

    In texts about several people only the address is erased. Its hash stays among the suppressions, so that
    no later import adds it again (unless `keeps_out` is false); nothing links that hash to these rows. The
    same for each address that they had before and that is nobody else's now. After the commit the caller has
    `core.db.truncate_log` forget what SQLite's log still holds. Raises `OperatorMustAct`.
    """
    interrupt_imports(session)  # what a worker has read of a file may name the person
    forget_exports(session)
    subscriber = lock_subscriber(session, subscriber_id)
    present = Address(subscriber.email or "", subscriber.email_key or "")
    addresses = [present, *former_addresses(session, subscriber_id)]
    _blank_messages(session, _of_questions(session, subscriber_id))
    subscription_ids = blank(session, subscriber, actor=actor)
    for address in addresses:
        if keeps_out:
            _suppress(session, address, actor)
        _blank_messages(session, _to(session, address))
        in_text = AddressInText(address.email)
        _blank_answers(session, in_text)
        _drop_questions(session, in_text)
        erase_feedback(session, subscriber.id, address.hash, in_text)
        erase_in_texts(session, in_text)
        audit.redact(session, in_text)
        files.erase(in_text, subscriber.id, subscription_ids)
    return subscriber


def _suppress(session: Session, address: Address, actor: str) -> None:
    suppression = suppress(session, address.hash, SuppressionReason.ERASED, actor=actor)
    suppression.reason = SuppressionReason.ERASED
    suppression.note = ""


def _to(session: Session, address: Address) -> ColumnElement[bool]:
    """The person's messages, and those that went to the address while it was somebody else's."""
    same_mailbox = select(SystemMessage.id, SystemMessage.recipient).where(
        SystemMessage.mailbox_hash == address.mailbox_hash
    )
    ids = [id_ for id_, email in session.execute(same_mailbox) if address_key(email) == address.key]
    return or_(SystemMessage.address_hash == address.hash, SystemMessage.id.in_(ids))


def _of_questions(session: Session, subscriber_id: int) -> ColumnElement[bool]:
    """The messages to addresses that they wanted to change to, which may be somebody else's."""
    asked = session.execute(
        select(SystemMessage.id, SystemMessage.facts).where(SystemMessage.kind == ADDRESS_CHANGE)
    )
    return SystemMessage.id.in_([id_ for id_, facts in asked if facts.get("subscriber_id") == subscriber_id])


def _drop_questions(session: Session, address: AddressInText) -> None:
    """Nobody can change to the address any more, whoever asked for that."""
    asked = select(AddressChange.id, AddressChange.email).where(
        AddressChange.changed_at.is_(None), AddressChange.email.ilike(address.like, escape="/")
    )
    ids = [id_ for id_, email in session.execute(asked) if address.is_in(email)]
    session.execute(delete(AddressChange).where(AddressChange.id.in_(ids)))


def _blank_messages(session: Session, which: ColumnElement[bool]) -> None:
    """Cancel those that are not sent and blank all of them; `error` may quote the address."""
    on_its_way = SystemMessage.state.in_([MessageState.WAITING, MessageState.SENDING])
    session.execute(update(SystemMessage).where(which, on_its_way).values(state=MessageState.FAILED))
    session.execute(
        update(SystemMessage)
        .where(which)
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
