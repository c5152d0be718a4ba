"""Mute the topics that a reader does not want, and tell which those are."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.topics.models import MutedTopic, Topic


def muted_topics(session: Session, subscription_id: int) -> set[str]:
    """The keys of the topics that are muted."""
    query = select(Topic.key).join(MutedTopic).where(MutedTopic.subscription_id == subscription_id)
    return set(session.scalars(query))


def set_muted_topics(session: Session, subscription: Subscription, keys: Iterable[str]) -> None:
    """Mute exactly the topics of these keys. The caller holds the subscription's lock.

    Raises `Refused` for a key that the publication does not have.
    """
    wanted = set(keys)
    topics = session.scalars(select(Topic).where(Topic.publication_id == subscription.publication_id))
    ids = {topic.key: topic.id for topic in topics}
    unknown = sorted(wanted - ids.keys())
    if unknown:
        sentence = f"There is no topic called “{unknown[0]}”."
        raise Refused("unknown_topic", sentence, {"topics": sentence})
    muted = muted_topics(session, subscription.id)
    heard_again = [ids[key] for key in muted - wanted]
    if heard_again:
        mine = MutedTopic.subscription_id == subscription.id
        session.execute(delete(MutedTopic).where(mine, MutedTopic.topic_id.in_(heard_again)))
    session.add_all(
        MutedTopic(topic_id=ids[key], subscription_id=subscription.id) for key in sorted(wanted - muted)
    )
    session.flush()
