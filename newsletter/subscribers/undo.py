"""Undo an unsubscribe within an hour, for one that was pressed by mistake or by a mail scanner."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core.errors import Conflict
from newsletter.core.tokens import Purpose, Signer
from newsletter.subscribers.consent import keep_record, words
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscription,
)
from newsletter.subscribers.queries import lock_subscription
from newsletter.subscribers.unsubscribe import Withdrawal

TIME_TO_UNDO = timedelta(hours=1)


def offer_undo(signer: Signer, withdrawal: Withdrawal) -> str:
    """A signed token for the Undo button of the page that confirms the unsubscribe.

    The unsubscribe link alone must not undo: it is in every forwarded copy of the email. This token is only
    in the answer to whoever pressed the button, and only for that one withdrawal.
    """
    return signer.sign(Purpose.FORM, withdrawal.subscription_id, withdrawal.id)


def undo(
    session: Session, signer: Signer, token: str, subscription_id: int, *, locale: str, ip: str = ""
) -> Subscription:
    """Make the subscription active again, as `token` from `offer_undo` allows; doing it twice is once.

    Raises `Missing` for a token that is not genuine or another subscription's, `Expired` after an hour, and
    `Conflict` when the subscription has ended anew or for another reason since.
    """
    ids = signer.read(Purpose.FORM, token, max_age=TIME_TO_UNDO).ids
    subscription = lock_subscription(session, subscription_id)
    if subscription.state in {State.ACTIVE, State.PAUSED}:
        return subscription
    if ids != (subscription_id, _last_withdrawal(session, subscription_id)):
        raise _too_late()
    resubscribe(session, subscription, source=ConsentSource.UNDO, locale=locale, ip=ip)
    return subscription


def resubscribe(
    session: Session, subscription: Subscription, *, source: ConsentSource, locale: str, ip: str = ""
) -> None:
    """Make a (locked) subscription active again that its person had left; `Conflict` for any other."""
    if subscription.ended_reason is not EndReason.UNSUBSCRIBED:
        raise _too_late()
    transition(subscription, State.ACTIVE)
    subscription.comment = ""
    agreed = words(subscription.publication.name, locale)
    keep_record(session, subscription.id, ConsentKind.RENEWED, source=source, words=agreed, ip=ip)
    audit.record(
        session, "subscription.renewed", "subscription", subscription.id, actor=SUBSCRIBER, source=source
    )


def _last_withdrawal(session: Session, subscription_id: int) -> int | None:
    return session.scalar(
        select(ConsentRecord.id)
        .where(ConsentRecord.subscription_id == subscription_id, ConsentRecord.kind == ConsentKind.WITHDRAWN)
        .order_by(ConsentRecord.id.desc())
        .limit(1)
    )


def _too_late() -> Conflict:
    return Conflict("cannot_undo", "This subscription cannot be restored here. Please subscribe again.")
