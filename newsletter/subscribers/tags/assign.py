"""Put tags on subscribers, take them off, and tell who has which."""

from collections.abc import Sequence

from sqlalchemy import Select, delete, insert, literal, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.tags.models import SubscriberTag, Tag


def tags_of(session: Session, subscriber_id: int, publication_id: int) -> list[Tag]:
    """The tags of a publication that a subscriber has, in the order of their creation."""
    query = (
        select(Tag)
        .join(SubscriberTag, SubscriberTag.tag_id == Tag.id)
        .where(SubscriberTag.subscriber_id == subscriber_id, Tag.publication_id == publication_id)
        .order_by(Tag.id)
    )
    return list(session.scalars(query))


def assign_tag(session: Session, tag: Tag, subscriber_ids: Sequence[int]) -> int:
    """Put the tag on these subscribers, but for erased ones; how many had it not."""
    # Locked in order of ids, so that an erasure meanwhile and a second assignment take turns.
    present = session.scalars(
        select(Subscriber.id)
        .where(Subscriber.id.in_(subscriber_ids), Subscriber.erased_at.is_(None))
        .order_by(Subscriber.id)
        .with_for_update()
    ).all()
    missing = (
        select(literal(tag.id), Subscriber.id, literal(clock.now(), SubscriberTag.at.type))
        .where(Subscriber.id.in_(present), Subscriber.id.not_in(_having(tag)))
        .order_by(Subscriber.id)
    )
    into = insert(SubscriberTag).from_select(["tag_id", "subscriber_id", "at"], missing)
    return len(session.scalars(into.returning(SubscriberTag.subscriber_id)).all())


def take_off_tag(session: Session, tag: Tag, subscriber_ids: Sequence[int]) -> int:
    """Take the tag off these subscribers; how many had it."""
    gone = delete(SubscriberTag).where(
        SubscriberTag.tag_id == tag.id, SubscriberTag.subscriber_id.in_(subscriber_ids)
    )
    return len(session.scalars(gone.returning(SubscriberTag.subscriber_id)).all())


def _having(tag: Tag) -> Select[int]:
    return select(SubscriberTag.subscriber_id).where(SubscriberTag.tag_id == tag.id)
