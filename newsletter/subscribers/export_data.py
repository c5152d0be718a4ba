"""Everything we know about one person, as JSON for that person (GDPR, articles 15 and 20)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.audit.record import COMMAND_LINE, SUBSCRIBER, SYSTEM
from newsletter.core import clock
from newsletter.core.db import Base
from newsletter.outbox.models import SystemMessage
from newsletter.subscribers.models import ConsentRecord, Subscriber, Subscription, Suppression
from newsletter.subscribers.queries import audit_entries_about, find_subscriber, subscriptions_of

# These have their own keys in the answer; every other table is below `records`.
OWN_KEYS = {Subscriber.__tablename__, Subscription.__tablename__, ConsentRecord.__tablename__}
# Actors that are named: the person and programs. The name of an editor is the editor's own data.
NAMED_ACTORS = {"", SUBSCRIBER, SYSTEM, COMMAND_LINE}
ACTOR = "actor"


def export_data(session: Session, subscriber_id: int) -> dict[str, Any]:
    """All records about the person, ready for `json.dumps`; `Missing` for an unknown or erased one.

    Tables that refer to a subscriber or a subscription are found by their foreign keys, so that those of a
    later feature are included without a change here. Editors are not named.
    """
    subscriber = find_subscriber(session, subscriber_id)
    subscriptions = subscriptions_of(session, subscriber_id)
    ids = [subscription.id for subscription in subscriptions]
    return {
        "exported_at": _plain(clock.now()),
        "subscriber": _columns(subscriber, Subscriber.__table__),
        "subscriptions": [_subscription(session, subscription) for subscription in subscriptions],
        "suppression": _first(session, Suppression.__table__, _by_hash(Suppression.__table__, subscriber)),
        "messages": _rows(session, SystemMessage.__table__, _by_hash(SystemMessage.__table__, subscriber)),
        "history": _rows(session, AuditEntry.__table__, audit_entries_about(subscriber_id, ids)),
        "records": {
            table.name: rows
            for table, where in _referring_tables(subscriber_id, ids)
            if (rows := _rows(session, table, where))
        },
    }


def _subscription(session: Session, subscription: Subscription) -> dict[str, Any]:
    records = ConsentRecord.__table__
    return {
        "publication": subscription.publication.name,
        **_columns(subscription, Subscription.__table__),
        "consents": _rows(session, records, records.c.subscription_id == subscription.id),
    }


def _referring_tables(subscriber_id: int, ids: list[int]) -> list[tuple[Table, ColumnElement[bool]]]:
    """Each other table with a foreign key to this person's rows, and the condition for their rows in it."""
    referring = []
    for table in Base.metadata.sorted_tables:
        if table.name in OWN_KEYS:
            continue
        conditions = [
            key.parent == subscriber_id if key.column.table.name == "subscriber" else key.parent.in_(ids)
            for key in table.foreign_keys
            if key.column.table.name in {"subscriber", "subscription"}
        ]
        if conditions:
            referring.append((table, or_(*conditions)))
    return referring


def _by_hash(table: Any, subscriber: Subscriber) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = table.c.address_hash == subscriber.address_hash
    return condition


def _rows(session: Session, table: Any, where: ColumnElement[bool]) -> list[dict[str, Any]]:
    ordered = select(table).where(where).order_by(*table.primary_key.columns)
    rows = session.execute(ordered).mappings()
    return [{name: _shown(name, value) for name, value in row.items()} for row in rows]


def _shown(name: str, value: Any) -> Any:
    return "editor" if name == ACTOR and value not in NAMED_ACTORS else _plain(value)


def _first(session: Session, table: Any, where: ColumnElement[bool]) -> dict[str, Any] | None:
    return next(iter(_rows(session, table, where)), None)


def _columns(row: Any, table: Any) -> dict[str, Any]:
    return {column.name: _plain(getattr(row, column.name)) for column in table.columns}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
