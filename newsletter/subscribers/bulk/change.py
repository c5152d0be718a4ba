"""Do an action to some people, and take it back: as far as nobody changed them since."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from newsletter.subscribers.bulk.models import OF_TAGS, BulkAction, BulkChange, BulkPerson, Result
from newsletter.subscribers.bulk.subscriptions import change_subscriptions, restore_subscriptions
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.tags.assign import take_off_tag
from newsletter.subscribers.tags.models import SubscriberTag, Tag


def do_action(
    session: Session, row: BulkChange, tag: Tag | None, people: Sequence[BulkPerson], now: datetime
) -> Counter[str]:
    """Do it to these people at `now`; how many of them changed, and how many did not."""
    present = _present(session, people)
    counts: Counter[str] = Counter()
    if row.action not in OF_TAGS:
        theirs = [each for each in people if each.subscriber_id in present]
        changed = change_subscriptions(session, row, theirs, now)
    else:
        assert tag is not None  # noqa: S101 - whoever calls has looked for it
        had = _tagged_at(session, tag, people)
        changed = {id_ for id_ in present if (id_ in had) == (row.action is BulkAction.UNTAG)}
        for each in people:
            if each.subscriber_id in changed and each.subscriber_id in had:
                each.before = {"at": had[each.subscriber_id].isoformat()}
        if row.action is BulkAction.TAG:
            _put_on(session, tag, dict.fromkeys(changed, now))
        else:
            take_off_tag(session, tag, sorted(changed))
    for each in people:
        each.result = Result.CHANGED if each.subscriber_id in changed else Result.UNCHANGED
        each.at = now
        counts[each.result] += 1
    session.flush()
    return counts


def undo_action(
    session: Session, row: BulkChange, tag: Tag | None, people: Sequence[BulkPerson]
) -> Counter[str]:
    """Put back those of these people who are as the action left them; how many, and how many are not."""
    present = _present(session, people)
    theirs = [each for each in people if each.subscriber_id in present]
    if row.action not in OF_TAGS:
        restored = restore_subscriptions(session, row, theirs)
    else:
        restored = set() if tag is None else _put_back(session, row.action, tag, theirs)
    counts: Counter[str] = Counter()
    for each in people:
        each.result = Result.RESTORED if each.subscriber_id in restored else Result.KEPT
        counts[each.result] += 1
    session.flush()
    return counts


def _present(session: Session, people: Sequence[BulkPerson]) -> set[int]:
    """Who of them was not erased; locked in the order of ids, as everywhere."""
    ids = [each.subscriber_id for each in people]
    query = select(Subscriber.id).where(Subscriber.id.in_(ids), Subscriber.erased_at.is_(None))
    return set(session.scalars(query.order_by(Subscriber.id).with_for_update()))


def _tagged_at(session: Session, tag: Tag, people: Sequence[BulkPerson]) -> dict[int, datetime]:
    ids = [each.subscriber_id for each in people]
    query = select(SubscriberTag.subscriber_id, SubscriberTag.at).where(
        SubscriberTag.tag_id == tag.id, SubscriberTag.subscriber_id.in_(ids)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _put_on(session: Session, tag: Tag, moments: dict[int, datetime]) -> None:
    """Put the tag on each of these subscribers, as of their moment."""
    rows: list[dict[str, Any]] = [
        {"tag_id": tag.id, "subscriber_id": id_, "at": at} for id_, at in sorted(moments.items())
    ]
    if rows:
        session.execute(insert(SubscriberTag), rows)


def _put_back(session: Session, action: BulkAction, tag: Tag, people: Sequence[BulkPerson]) -> set[int]:
    """Whose tag is as the action left it, and now as before. Of the others somebody chose since."""
    has = _tagged_at(session, tag, people)
    if action is BulkAction.TAG:
        ours = {each.subscriber_id for each in people if has.get(each.subscriber_id) == each.at}
        take_off_tag(session, tag, sorted(ours))
        return ours
    gone = [each for each in people if each.subscriber_id not in has]
    _put_on(session, tag, {each.subscriber_id: datetime.fromisoformat(each.before["at"]) for each in gone})
    return {each.subscriber_id for each in gone}
