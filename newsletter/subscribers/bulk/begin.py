"""Begin a bulk change, say beforehand what it would do, cancel it, and begin to undo it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing
from newsletter.publications.models import Publication
from newsletter.subscribers.bulk.models import (
    OF_TAGS,
    TIME_TO_UNDO,
    TRANSITIONS,
    BulkAction,
    BulkChange,
    BulkState,
    transition,
)
from newsletter.subscribers.bulk.subscriptions import is_for
from newsletter.subscribers.labels import find_label
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.subscribers.pause import end_of_pause
from newsletter.subscribers.tags.models import SubscriberTag, Tag


class Outlook(NamedTuple):
    """What an action would do: whom the filter finds, how many of them would change, and a few of those."""

    people: int
    changes: int
    sample: list[Subscriber]


def foresee(
    session: Session, publication: Publication, action: BulkAction, tag_key: str, chosen: ColumnElement[bool]
) -> Outlook:
    """What would happen to those of whom `chosen` is true, over `Subscription` and `Subscriber`, now.

    Raises `Missing` for a tag that is not there.
    """
    of = (Subscription.publication_id == publication.id, chosen)
    would = and_(Subscriber.erased_at.is_(None), _would_change(session, publication, action, tag_key))
    counted = select(func.count(Subscription.id)).join(Subscription.subscriber).where(*of)
    sample = select(Subscriber).join(Subscriber.subscriptions).where(*of, would)
    changes = session.scalar(counted.where(would)) or 0
    few = session.scalars(sample.order_by(Subscription.id.desc()).limit(10)).all() if changes else []
    return Outlook(session.scalar(counted) or 0, changes, list(few))


def begin_bulk(
    session: Session,
    publication: Publication,
    action: BulkAction,
    *,
    tag_key: str = "",
    months: int | None = None,
    chosen_by: Mapping[str, Any],
    actor: str,
) -> BulkChange:
    """Have a worker do it, once the caller has committed, to those whom the filter finds then.

    `months` are those of a pause. Raises `Missing` for a tag that is not there, `Refused` for another number
    of months than one, two or three.
    """
    if action in OF_TAGS:
        find_label(session, Tag, publication, tag_key)
    if action is BulkAction.PAUSE:
        end_of_pause(clock.now(), months or 0)
    newest = session.scalar(
        select(func.max(Subscription.id)).where(Subscription.publication_id == publication.id)
    )
    row = BulkChange(publication_id=publication.id, action=action, tag_key=tag_key, actor=actor)
    row.months = months if action is BulkAction.PAUSE else None
    row.chosen_by, row.newest = dict(chosen_by), newest or 0
    session.add(row)
    session.flush()
    _record(session, "subscribers.bulk_begun", row, actor, chosen_by=_told(row))
    jobs.change_in_bulk.enqueue(session, bulk_id=row.id)
    return row


def cancel_bulk(session: Session, row: BulkChange, *, actor: str) -> None:
    """Stop it where it is; what was done stays, and can be undone. One that is over stays as it is."""
    session.refresh(row, with_for_update=True)
    if BulkState.CANCELLED in TRANSITIONS[row.state]:
        transition(row, BulkState.CANCELLED)
        _record(session, "subscribers.bulk_cancelled", row, actor)


def begin_undo(session: Session, row: BulkChange, *, actor: str) -> None:
    """Have a worker put back whoever was changed, and not changed since. Raises `Conflict` when it is too
    late, or nobody was."""
    session.refresh(row, with_for_update=True)
    if row.state in {BulkState.UNDOING, BulkState.UNDONE}:
        return
    if not row.undoable:
        hours = int(TIME_TO_UNDO.total_seconds()) // 3600
        raise Conflict("too_late", f"There is nothing to undo, or it is more than {hours} hours ago.")
    transition(row, BulkState.UNDOING)
    row.beat_at = clock.now()
    _record(session, "subscribers.bulk_undone", row, actor)
    jobs.change_in_bulk.enqueue(session, bulk_id=row.id)


def find_bulk(session: Session, publication_id: int, bulk_id: int) -> BulkChange:
    """The bulk change of the publication with this id; `Missing` for none."""
    row = session.get(BulkChange, bulk_id)
    if row is None or row.publication_id != publication_id:
        raise Missing("unknown_bulk", "There is no such change.")
    return row


def list_bulk(session: Session, publication_id: int, limit: int = 20) -> list[BulkChange]:
    """The newest bulk changes of the publication."""
    of_it = select(BulkChange).where(BulkChange.publication_id == publication_id)
    return list(session.scalars(of_it.order_by(BulkChange.id.desc()).limit(limit)))


def _would_change(
    session: Session, publication: Publication, action: BulkAction, tag_key: str
) -> ColumnElement[bool]:
    if action not in OF_TAGS:
        return is_for(action)
    tag = find_label(session, Tag, publication, tag_key)
    has = exists().where(
        SubscriberTag.tag_id == tag.id, SubscriberTag.subscriber_id == Subscription.subscriber_id
    )
    return ~has if action is BulkAction.TAG else has


def _told(row: BulkChange) -> dict[str, Any]:
    """The filter as the audit keeps it: that somebody was searched for, not whom."""
    told = {name: value for name, value in row.chosen_by.items() if name != "q"}
    return told | {"searched": bool(row.chosen_by.get("q"))}


def _record(session: Session, action: str, row: BulkChange, actor: str, **detail: Any) -> None:
    audit.record(
        session,
        action,
        "publication",
        row.publication_id,
        actor=actor,
        bulk_id=row.id,
        change=row.action.value,
        tag=row.tag_key,
        **detail,
    )
