"""Subscriptions that nobody confirmed: a reminder after three days, and an end after thirty.

Whoever an editor asked is not reminded. A reminder is one of the few messages that a mailbox may get before
it confirms (`signup_protection`), and nobody gets two.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session, joinedload, sessionmaker

from newsletter import audit
from newsletter.audit.record import SYSTEM
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.publications.models import Publication
from newsletter.subscribers import signup_protection
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import ConsentKind, ConsentRecord, EndReason, State, Subscription
from newsletter.subscribers.queries import is_suppressed
from newsletter.subscribers.sign_up import send_within_limit

REMIND_AFTER = timedelta(days=3)
REMIND_UNTIL = timedelta(days=10)  # later it would only surprise: the worker was away, or is new here
EXPIRE_AFTER = timedelta(days=30)
AT_ONCE = 200  # in a transaction


def look_after_unconfirmed(sessions: sessionmaker[Session]) -> None:
    """End what is too old, remind of what waits; in small transactions, each of which may be the last."""
    with reading(), sessions() as session:
        publications = session.scalars(select(Publication.id).order_by(Publication.id)).all()
    for publication_id in publications:
        for step in (expire, remind):
            done = AT_ONCE
            while done == AT_ONCE:
                with sessions() as session:
                    done = step(session, publication_id)
                    session.commit()


def expire(session: Session, publication_id: int) -> int:
    """End at most `AT_ONCE` subscriptions of the publication that nobody confirmed; how many."""
    asked = func.coalesce(_asked_at(), Subscription.created_at)
    due = _locked(session, _pending(publication_id).where(asked <= clock.now() - EXPIRE_AFTER))
    for subscription in due:
        transition(subscription, State.ENDED, reason=EndReason.EXPIRED)
        subscription.sign_up_choices = None
        audit.record(session, "subscription.expired", "subscription", subscription.id, actor=SYSTEM)
    return len(due)


def remind(session: Session, publication_id: int) -> int:
    """Remind at most `AT_ONCE` people who asked by themselves; how many were looked at, each only once."""
    now, asked = clock.now(), _asked_at(ConsentRecord.actor == "")
    due = _locked(
        session,
        _pending(publication_id).where(
            Subscription.reminded_at.is_(None), asked <= now - REMIND_AFTER, asked > now - REMIND_UNTIL
        ),
    )
    for subscription in due:
        subscription.reminded_at = now
        subscriber = subscription.subscriber
        if subscriber.email and not is_suppressed(session, subscriber.address_hash or "", own_wish=True):
            moment = session.scalar(_last_asked(subscription.id))
            send_within_limit(
                session,
                signup_protection.REMINDER,
                subscription,
                subscriber.language or subscription.publication.language,
                due_at=(moment or subscription.created_at).isoformat(),
            )
    return len(due)


def _pending(publication_id: int) -> Select[Subscription]:
    return select(Subscription).where(
        Subscription.publication_id == publication_id, Subscription.state == State.PENDING
    )


def _locked(session: Session, due: Select[Subscription]) -> list[Subscription]:
    """Nobody confirms or reminds them meanwhile; what somebody else holds is left for the next time."""
    loaded = due.options(joinedload(Subscription.subscriber), joinedload(Subscription.publication))
    return list(
        session.scalars(
            loaded.order_by(Subscription.id)
            .limit(AT_ONCE)
            .with_for_update(of=Subscription, skip_locked=True)
            .execution_options(populate_existing=True)
        )
    )


def _asked_at(*which: ColumnElement[bool]) -> ScalarSelect[datetime]:
    return (
        select(func.max(ConsentRecord.at))
        .where(
            ConsentRecord.subscription_id == Subscription.id,
            ConsentRecord.kind == ConsentKind.REQUESTED,
            *which,
        )
        .correlate(Subscription)
        .scalar_subquery()
    )


def _last_asked(subscription_id: int) -> Select[datetime | None]:
    return select(func.max(ConsentRecord.at)).where(
        ConsentRecord.subscription_id == subscription_id, ConsentRecord.kind == ConsentKind.REQUESTED
    )
