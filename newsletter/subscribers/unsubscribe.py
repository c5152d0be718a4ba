"""Unsubscribe: end a subscription, or all of a person, at once."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.audit.record import SUBSCRIBER, entry
from newsletter.core import clock
from newsletter.core.db import table_of
from newsletter.subscribers.consent import record_columns
from newsletter.subscribers.models import (
    TRANSITIONS,
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    EndReason,
    State,
    Subscription,
)
from newsletter.subscribers.names import clean_comment
from newsletter.subscribers.queries import lock_subscription, subscriptions_of, unknown_subscription


class Withdrawal(NamedTuple):
    """That somebody stopped agreeing: `id` is that of the consent record."""

    id: int
    subscription_id: int


# Made once, and executed without the unit of work: a mailing to a million brings hundreds a second.
_subscriptions = table_of(Subscription)
_end = (
    update(_subscriptions)
    .where(
        _subscriptions.c.id == bindparam("subscription_id"),
        or_(*(_subscriptions.c.state == state for state in State if State.ENDED in TRANSITIONS[state])),
    )
    .values(
        state=State.ENDED,
        ended_reason=EndReason.UNSUBSCRIBED,
        ended_at=bindparam("now"),
        paused_until=None,
    )
)
_known = select(_subscriptions.c.id).where(_subscriptions.c.id == bindparam("subscription_id"))
_records = table_of(ConsentRecord)
_removed = select(_subscriptions.c.id).where(
    _subscriptions.c.id == bindparam("subscription_id"),
    _subscriptions.c.ended_reason == EndReason.ENDED_BY_EDITOR,
    ~exists().where(
        _records.c.subscription_id == _subscriptions.c.id,
        _records.c.kind == ConsentKind.WITHDRAWN,
        _records.c.at >= _subscriptions.c.ended_at,
    ),
)
_withdraw = insert(table_of(ConsentRecord)).returning(table_of(ConsentRecord).c.id)
_note = insert(table_of(AuditEntry))


def unsubscribe(
    session: Session,
    subscription_id: int,
    *,
    source: ConsentSource,
    mailing_id: int = 0,
    ip: str = "",
    at: datetime | None = None,
) -> Withdrawal | None:
    """End the subscription. Returns what was kept of the withdrawal; None when it had ended before.

    `source` is where it was asked for (one-click, page, preferences), `mailing_id` the mailing whose link was
    used, 0 for none, `at` when it was, if not now. Raises `Missing` for an unknown subscription. The caller
    commits before it answers: then nothing that is reserved later is sent to the person.
    """
    session.flush()
    connection = session.connection()
    # This locks the row: of several at once one ends it, and the others find it ended.
    if connection.execute(_end, {"subscription_id": subscription_id, "now": clock.now()}).rowcount == 0:
        if connection.execute(_known, {"subscription_id": subscription_id}).first() is None:
            raise unknown_subscription()
        _keep_wish(connection, subscription_id, source=source, ip=ip, at=at)
        return None
    columns = record_columns(subscription_id, ConsentKind.WITHDRAWN, source=source, ip=ip, at=at)
    record_id: int = connection.execute(_withdraw, columns).scalar_one()
    connection.execute(
        _note,
        entry(
            "subscription.ended",
            "subscription",
            subscription_id,
            actor=SUBSCRIBER,
            source=source,
            mailing_id=mailing_id,
        ),
    )
    loaded = session.identity_map.get(session.identity_key(Subscription, subscription_id))
    if loaded is not None:
        session.expire(loaded)
    return Withdrawal(record_id, subscription_id)


def _keep_wish(
    connection: Connection, subscription_id: int, *, source: ConsentSource, ip: str, at: datetime | None
) -> None:
    """Write down, once, that somebody wants to leave whom an editor had removed: that may be undone."""
    if connection.execute(_removed, {"subscription_id": subscription_id}).first() is not None:
        columns = record_columns(subscription_id, ConsentKind.WITHDRAWN, source=source, ip=ip, at=at)
        connection.execute(_withdraw, columns)


def unsubscribe_from_all(session: Session, subscriber_id: int, *, source: ConsentSource, ip: str = "") -> int:
    """End everything the person subscribes to; how many subscriptions that were."""
    ids = sorted(s.id for s in subscriptions_of(session, subscriber_id))
    return sum(unsubscribe(session, id_, source=source, ip=ip) is not None for id_ in ids)


def save_comment(session: Session, subscription_id: int, comment: str) -> Subscription:
    """Store the comment of somebody who unsubscribed, instead of an earlier one."""
    subscription = lock_subscription(session, subscription_id)
    if subscription.ended_reason is EndReason.UNSUBSCRIBED:
        subscription.comment = clean_comment(comment)
    return subscription
