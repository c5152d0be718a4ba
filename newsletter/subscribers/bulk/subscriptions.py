"""End, pause or resume the subscriptions of some people, and take it back where nobody chose since."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.models import AuditEntry
from newsletter.audit.record import SUBSCRIBER, SYSTEM
from newsletter.subscribers.bulk.models import BulkAction, BulkChange, BulkPerson
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import ConsentRecord, ConsentSource, EndReason, State, Subscription
from newsletter.subscribers.pause import end_of_pause

# What each action makes of a subscription, and what the audit calls it.
MADE = {BulkAction.END: State.ENDED, BulkAction.PAUSE: State.PAUSED, BulkAction.RESUME: State.ACTIVE}
CALLED = {
    BulkAction.END: "subscription.ended",
    BulkAction.PAUSE: "subscription.paused",
    BulkAction.RESUME: "subscription.resumed",
}


def is_for(action: BulkAction) -> ColumnElement[bool]:
    """Whether the action changes a subscription: any can end, only active ones pause.

    A pause that a reader chose is not ended by others.
    """
    match action:
        case BulkAction.PAUSE:
            return Subscription.state == State.ACTIVE
        case BulkAction.RESUME:
            return and_(Subscription.state == State.PAUSED, Subscription.paused_by_editor)
        case _:
            return Subscription.state != State.ENDED


def change_subscriptions(
    session: Session, row: BulkChange, people: Sequence[BulkPerson], now: datetime
) -> set[int]:
    """Do it to the subscriptions of these people; the subscribers whom it changed."""
    subscriptions = _locked(session, people, is_for(row.action))
    until = end_of_pause(now, row.months or 0) if row.action is BulkAction.PAUSE else None
    reason = EndReason.ENDED_BY_EDITOR if row.action is BulkAction.END else None
    for each in people:
        subscription = subscriptions.get(each.subscriber_id)
        if subscription is None:
            continue
        each.before = {
            "state": subscription.state.value,
            "paused_until": _text(subscription.paused_until) or None,
            "by_editor": subscription.paused_by_editor,
            "reminded_at": _text(subscription.reminded_at) or None,
        }
        transition(subscription, MADE[row.action], reason=reason, until=until)
        subscription.paused_by_editor = until is not None
        each.before |= {"ended_at": _text(subscription.ended_at), "until": _text(until)}
        audit.record(
            *(session, CALLED[row.action], "subscription", subscription.id),
            actor=row.actor,
            source=ConsentSource.EDITOR,
            bulk_id=row.id,
        )
    return set(subscriptions)


def restore_subscriptions(session: Session, row: BulkChange, people: Sequence[BulkPerson]) -> set[int]:
    """Make the subscriptions what they were, unless somebody chose since; the subscribers of those."""
    subscriptions = _locked(session, people, Subscription.state == MADE[row.action])
    restored = set()
    for each in people:
        subscription = subscriptions.get(each.subscriber_id)
        if subscription is None or not _as_left(session, subscription, each):
            continue
        before = each.before
        subscription.state = State(before["state"])
        subscription.ended_reason = subscription.ended_at = None
        subscription.paused_until = _moment(before["paused_until"])
        subscription.paused_by_editor = before.get("by_editor", False)
        subscription.reminded_at = _moment(before.get("reminded_at"))
        audit.record(
            *(session, "subscription.restored", "subscription", subscription.id),
            actor=SYSTEM,
            bulk_id=each.bulk_id,
        )
        restored.add(each.subscriber_id)
    return restored


def _as_left(session: Session, subscription: Subscription, each: BulkPerson) -> bool:
    """Whether it is as the change left it, and its reader neither agreed, withdrew nor paused since."""
    left = (each.before["ended_at"], each.before.get("until", ""))
    if (_text(subscription.ended_at), _text(subscription.paused_until)) != left:
        return False
    records = exists().where(ConsentRecord.subscription_id == subscription.id, ConsentRecord.at >= each.at)
    acts = exists().where(
        AuditEntry.subject_kind == "subscription",
        AuditEntry.subject_id == subscription.id,
        AuditEntry.actor == SUBSCRIBER,
        AuditEntry.action.in_(CALLED.values()),
        AuditEntry.at >= each.at,
    )
    return not session.scalar(select(or_(records, acts)))


def _locked(
    session: Session, people: Sequence[BulkPerson], where: ColumnElement[bool]
) -> dict[int, Subscription]:
    """Those of their subscriptions of which `where` is true, locked in the order of ids, by subscriber."""
    query = (
        select(Subscription)
        .where(Subscription.id.in_([each.subscription_id for each in people]), where)
        .order_by(Subscription.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.subscriber_id: each for each in session.scalars(query)}


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
