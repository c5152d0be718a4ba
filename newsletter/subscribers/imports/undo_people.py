"""Put some people back to what they were before an import, as far as nothing changed since."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Table, delete, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.db import Base
from newsletter.subscribers.imports.models import ImportChange
from newsletter.subscribers.imports.titles import ATTRIBUTE
from newsletter.subscribers.models import (
    ConsentRecord,
    EndReason,
    State,
    Subscriber,
    Subscription,
)
from newsletter.subscribers.tags.models import SubscriberTag, Tag
from newsletter.subscribers.topics.models import MutedTopic, Topic

REMOVED, RESTORED, ENDED, KEPT = "removed", "restored", "ended", "kept"
_OURS = {"subscription", "consent_record", "subscriber_tag", "muted_topic", "import_change"}
_MOMENTS = {"confirmed_at", "ended_at", "paused_until"}


def undo_people(
    session: Session, publication_id: int, import_id: int, changes: Sequence[ImportChange]
) -> Counter[str]:
    """Undo these changes and forget them; how many people were removed, restored, ended or kept."""
    ids = [change.subscriber_id for change in changes]
    people = _locked(session, Subscriber, Subscriber.id.in_(ids))
    subscriptions = {
        subscription.subscriber_id: subscription
        for subscription in _locked(
            session,
            Subscription,
            Subscription.subscriber_id.in_(ids) & (Subscription.publication_id == publication_id),
        ).values()
    }
    touched = _touched(session, import_id, ids, [one.id for one in subscriptions.values()])
    counts: Counter[str] = Counter()
    for change in changes:
        person = people.get(change.subscriber_id)
        subscription = subscriptions.get(change.subscriber_id)
        if person is not None and person.erased_at is None:
            one = _Undo(session, import_id, change, person, subscription)
            counts[one.run(change.subscriber_id in touched)] += 1
        session.delete(change)
    session.flush()
    return counts


class _Undo:
    """The undoing of one person's change."""

    def __init__(
        self,
        session: Session,
        import_id: int,
        change: ImportChange,
        person: Subscriber,
        subscription: Subscription | None,
    ) -> None:
        self._session = session
        self._import_id = import_id
        self._change = change
        self._person = person
        self._subscription = subscription
        self._kept = False

    def run(self, touched: bool) -> str:
        """What became of the person. `touched`: other rows refer to them since."""
        self._take_off_labels()
        change, subscription = self._change, self._subscription
        if change.added_subscription:
            if subscription is None or self._changed_since(subscription):
                return KEPT
            if touched:
                return self._end(subscription)
            self._delete_records(subscription)
            self._session.delete(subscription)
            if change.added_subscriber and self._is_as_added():
                self._session.flush()
                self._session.delete(self._person)
                return REMOVED
        if subscription is not None:
            self._restore_subscription(subscription)
        self._restore_person()
        return KEPT if self._kept or change.added_subscriber else RESTORED

    def _changed_since(self, subscription: Subscription) -> bool:
        """Whether the subscription that the import added is not what it was."""
        after = _by_now(self._change.after)
        until = _value("paused_until", after.get("paused_until"))
        state = State.PAUSED if until else State.ACTIVE
        as_added = (state, until, bool(after.get("monthly")), self._change.at)
        is_now = (subscription.state, subscription.paused_until, subscription.monthly)
        other = select(ConsentRecord.id).where(
            ConsentRecord.subscription_id == subscription.id,
            ConsentRecord.import_id.is_distinct_from(self._import_id),
        )
        muted = select(MutedTopic.topic_id).where(MutedTopic.subscription_id == subscription.id)
        return (
            (*is_now, subscription.confirmed_at) != as_added
            or subscription.tracking_consent_at is not None
            or self._session.scalar(other.limit(1)) is not None
            or self._session.scalar(muted.limit(1)) is not None
        )

    def _is_as_added(self) -> bool:
        """Whether the person is what the file said, and subscribes to nothing else."""
        after, person = self._change.after, self._person
        said = (after.get("name", ""), after.get("language", ""), after.get("attributes") or {})
        elsewhere = select(Subscription.id).where(
            Subscription.subscriber_id == person.id, Subscription.id != self._change.subscription_id
        )
        tagged = select(SubscriberTag.tag_id).where(SubscriberTag.subscriber_id == person.id)
        return (
            said == (person.name, person.language, person.attributes)
            and self._session.scalar(elsewhere.limit(1)) is None
            and self._session.scalar(tagged.limit(1)) is None
        )

    def _end(self, subscription: Subscription) -> str:
        """A message went to them meanwhile: they stay, so that its counts add up, and get no other."""
        subscription.state, subscription.ended_reason = State.ENDED, EndReason.ENDED_BY_EDITOR
        subscription.ended_at = clock.now()
        return ENDED

    def _restore_subscription(self, subscription: Subscription) -> None:
        before, after = self._change.before, _by_now(self._change.after)
        names = [name for name in before if hasattr(Subscription, name) and name not in {"name", "language"}]
        if not names:
            return
        if any(getattr(subscription, name) != _value(name, after[name]) for name in names if name in after):
            self._kept = True
            return
        for name in names:
            setattr(subscription, name, _value(name, before[name]))
        self._delete_records(subscription)

    def _restore_person(self) -> None:
        before, after, person = self._change.before, self._change.after, self._person
        for name in ("name", "language"):
            if name in before and self._still(getattr(person, name), after[name]):
                setattr(person, name, before[name])
        attributes = dict(person.attributes)
        for field in before:
            key = field.removeprefix(ATTRIBUTE)
            if key != field and self._still(attributes.get(key), after[field]):
                if before[field] is None:
                    attributes.pop(key, None)
                else:
                    attributes[key] = before[field]
        if attributes != person.attributes:
            person.attributes = attributes

    def _still(self, now: Any, after: Any) -> bool:
        if now != after:
            self._kept = True
        return bool(now == after)

    def _take_off_labels(self) -> None:
        """The tags and muted topics that the import put there; what somebody chose since has another time."""
        publication_id = select(Subscription.publication_id).where(
            Subscription.id == self._change.subscription_id
        )
        tags = select(Tag.id).where(Tag.publication_id.in_(publication_id))
        self._session.execute(
            delete(SubscriberTag).where(
                SubscriberTag.subscriber_id == self._change.subscriber_id,
                SubscriberTag.at == self._change.at,
                SubscriberTag.tag_id.in_(tags),
            )
        )
        topics = select(Topic.id).where(Topic.publication_id.in_(publication_id))
        self._session.execute(
            delete(MutedTopic).where(
                MutedTopic.subscription_id == self._change.subscription_id,
                MutedTopic.at == self._change.at,
                MutedTopic.topic_id.in_(topics),
            )
        )

    def _delete_records(self, subscription: Subscription) -> None:
        self._session.execute(
            delete(ConsentRecord).where(
                ConsentRecord.subscription_id == subscription.id, ConsentRecord.import_id == self._import_id
            )
        )


def _locked(session: Session, model: Any, where: Any) -> dict[int, Any]:
    query = select(model).where(where).order_by(model.id).with_for_update()
    return {row.id: row for row in session.scalars(query.execution_options(populate_existing=True))}


def _touched(
    session: Session, import_id: int, subscriber_ids: Sequence[int], subscription_ids: Sequence[int]
) -> set[int]:
    """Of these people, those whom other rows are about: deliveries, clicks, later imports."""
    people: set[int] = set()
    for table in Base.metadata.sorted_tables:
        column = table.c.get("subscriber_id")
        if column is not None and table.name not in _OURS:
            people |= _those(session, column, subscriber_ids)
    later = select(ImportChange.subscriber_id).where(
        ImportChange.subscriber_id.in_(subscriber_ids), ImportChange.import_id > import_id
    )
    people |= set(session.scalars(later))
    for table in Base.metadata.sorted_tables:
        if table.name not in _OURS and "subscription_id" in table.c:
            people |= _of_subscriptions(session, table, subscription_ids)
    return people


def _of_subscriptions(session: Session, table: Table, ids: Sequence[int]) -> set[int]:
    found = _those(session, table.c.subscription_id, ids)
    query = select(Subscription.subscriber_id).where(Subscription.id.in_(found))
    return set(session.scalars(query)) if found else set()


def _those(session: Session, column: Column[Any], ids: Sequence[int]) -> set[int]:
    return set(session.scalars(select(column).where(column.in_(ids)).distinct()))


def _by_now(after: dict[str, Any]) -> dict[str, Any]:
    """What the import made of somebody, with the pause ended that is over since."""
    until = _value("paused_until", after.get("paused_until"))
    if until is None or until > clock.now():
        return after
    return after | {"state": State.ACTIVE.value, "paused_until": None}


def _value(name: str, kept: Any) -> Any:
    """A value of a subscription's column, as it was written into the change."""
    if name in _MOMENTS and kept is not None:
        moment = datetime.fromisoformat(kept)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if name == "state":
        return State(kept)
    return kept
