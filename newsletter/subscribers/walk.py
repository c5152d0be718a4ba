"""Walk a publication's subscriptions for those that meet a condition, no longer than a page may take.

No index leads to the people whom rules choose: to find the last of a few could mean to look at a million. So
the walk goes stride by stride, and says where it stopped.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.subscribers.models import Subscription

STRIDE = 2_000  # subscriptions; so few that an index answers what the condition asks about each
PATIENCE = 0.06  # seconds after which no other stride is begun


class Found(NamedTuple):
    """Rows in the order of the walk; `stopped_at`: the last id looked at, 0 when there are no more."""

    rows: list[Any]
    stopped_at: int


def walk(
    session: Session,
    query: Select[Any],
    publication_id: int,
    *,
    limit: int,
    older_than: int = 0,
    newer_than: int = 0,
    stride: int = STRIDE,
    patience: float = PATIENCE,
) -> Found:
    """At most `limit` rows of `query` over `Subscription`: the newest, or those on one side of an id."""
    _prefer_indexes(session)
    began = clock.monotonic()
    rows: list[Any] = []
    place = {"newer_than": newer_than} if newer_than else {"older_than": older_than}
    while True:
        end = _end_of_stride(session, publication_id, place, stride)
        part = beyond(query, **place)
        if end:
            part = part.where(Subscription.id <= end if newer_than else Subscription.id >= end)
        rows += session.execute(part.limit(limit - len(rows))).all()
        if len(rows) == limit or not end:
            return Found(rows, 0)
        if clock.monotonic() - began > patience:
            return Found(rows, end)
        place = dict.fromkeys(place, end)


def _end_of_stride(session: Session, publication_id: int, place: dict[str, int], stride: int) -> int:
    """The id with which the stride beyond `place` ends; 0 when it is the last one."""
    ids = select(Subscription.id).where(Subscription.publication_id == publication_id)
    return session.scalar(beyond(ids, **place).offset(stride - 1).limit(1)) or 0


def beyond(query: Select[Any], *, older_than: int = 0, newer_than: int = 0) -> Select[Any]:
    """Those newer than an id, the oldest first; or those older than one, or all, the newest first."""
    if newer_than:
        return query.where(Subscription.id > newer_than).order_by(Subscription.id)
    query = query.order_by(Subscription.id.desc())
    return query.where(Subscription.id < older_than) if older_than else query


def _prefer_indexes(session: Session) -> None:
    """For the few rows of a stride PostgreSQL would read all muted topics into a hash, each time."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_hashjoin = off"))
        session.execute(text("SET LOCAL enable_mergejoin = off"))
        session.execute(text("SET LOCAL random_page_cost = 1.1"))
        session.execute(text("SET LOCAL jit = off"))
