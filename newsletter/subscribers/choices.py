"""What readers choose themselves within a publication: topics, tags and attributes."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SUBSCRIBER
from newsletter.core.errors import Conflict, Refused
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.attributes.values import Value, read_json_value
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.subscribers.queries import find_subscription, lock_subscriber, lock_subscription
from newsletter.subscribers.tags.assign import assign_tag, tags_of, take_off_tag
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic
from newsletter.subscribers.topics.mute import muted_topics, set_muted_topics


@dataclass(frozen=True)
class Offer:
    """What the readers of a publication may choose, each in the order of its creation."""

    topics: list[Topic]
    tags: list[Tag]
    attributes: list[Attribute]

    def __bool__(self) -> bool:
        return bool(self.topics or self.tags or self.attributes)


@dataclass(frozen=True)
class Choices:
    """What somebody chose: topics by key that they do not want, keys of tags, values of attributes by key."""

    muted: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    values: Mapping[str, Value] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"muted": sorted(self.muted), "tags": sorted(self.tags), "values": dict(self.values)}


def offer_of(session: Session, publication_id: int) -> Offer:
    """All topics of the publication, and those of its tags and attributes that are for readers."""
    topics = select(Topic).where(Topic.publication_id == publication_id).order_by(Topic.id)
    tags = select(Tag).where(Tag.publication_id == publication_id, Tag.by_readers).order_by(Tag.id)
    attributes = (
        select(Attribute)
        .where(Attribute.publication_id == publication_id, Attribute.by_readers)
        .order_by(Attribute.id)
    )
    return Offer(*(list(session.scalars(query)) for query in (topics, tags, attributes)))


def everything_of(session: Session, publication_id: int) -> Offer:
    """All topics, tags and attributes of the publication, which its editors may change of anybody."""
    topics = select(Topic).where(Topic.publication_id == publication_id).order_by(Topic.id)
    tags = select(Tag).where(Tag.publication_id == publication_id).order_by(Tag.id)
    attributes = select(Attribute).where(Attribute.publication_id == publication_id).order_by(Attribute.id)
    return Offer(*(list(session.scalars(query)) for query in (topics, tags, attributes)))


def offer_at_sign_up(session: Session, publication_id: int) -> Offer:
    """What of `offer_of` the sign-up form asks for."""
    offer = offer_of(session, publication_id)
    return Offer(
        [topic for topic in offer.topics if topic.at_sign_up],
        [tag for tag in offer.tags if tag.at_sign_up],
        [attribute for attribute in offer.attributes if attribute.at_sign_up],
    )


def read_choices(
    offer: Offer, *, topics: Collection[str] | None, tags: Collection[str], values: Mapping[str, Any]
) -> Choices:
    """What a form or a program says: keys of wanted topics and tags, values of attributes by key.

    `topics` None: they were not asked for, and all are wanted. What is not on offer (any more) is left out.
    Raises `Refused` with the key of each attribute whose value is no such value.
    """
    muted = frozenset(topic.key for topic in offer.topics if topics is not None and topic.key not in topics)
    problems: dict[str, str] = {}
    read: dict[str, Value] = {}
    for attribute in offer.attributes:
        try:
            value = read_json_value(attribute, values.get(attribute.key))
        except Refused as error:
            problems |= error.fields
        else:
            read |= {} if value is None else {attribute.key: value}
    if problems:
        raise Refused("bad_value", next(iter(problems.values())), problems)
    return Choices(muted, frozenset(tag.key for tag in offer.tags if tag.key in tags), read)


def current_choices(session: Session, subscription: Subscription, offer: Offer) -> Choices:
    """What the reader has chosen of the offer."""
    theirs = {tag.key for tag in tags_of(session, subscription.subscriber_id, subscription.publication_id)}
    values = subscription.subscriber.attributes
    return Choices(
        frozenset(muted_topics(session, subscription.id)),
        frozenset(tag.key for tag in offer.tags if tag.key in theirs),
        {each.key: values[each.key] for each in offer.attributes if values.get(each.key) is not None},
    )


def fingerprint(offer: Offer, choices: Choices) -> str:
    """Different whenever the offer or the choices are: a form says by it what it was filled in from."""
    keys = [[each.key for each in labels] for labels in (offer.topics, offer.tags, offer.attributes)]
    told = json.dumps([*keys, choices.to_json()], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def change_choices(
    session: Session,
    subscription_id: int,
    *,
    topics: Collection[str],
    tags: Collection[str],
    values: Mapping[str, str],
    seen: str,
    editor: str = "",
) -> None:
    """Keep what the reader chose on their page, which they filled in from what has the fingerprint `seen`.

    With `editor`, their address, it was a page of theirs, on which everything can be changed. Raises
    `Conflict` (`changed_meanwhile`) when something else is true by now, `Refused` as `read_choices`.
    """
    # The person first, as signing up does; their values are in it.
    lock_subscriber(session, find_subscription(session, subscription_id).subscriber_id)
    subscription = lock_subscription(session, subscription_id)
    of = subscription.publication_id
    offer = everything_of(session, of) if editor else offer_of(session, of)
    before = current_choices(session, subscription, offer)
    if seen != fingerprint(offer, before):
        raise Conflict("changed_meanwhile", "Your choices were changed elsewhere in the meantime.")
    choices = read_choices(offer, topics=topics, tags=tags, values=values)
    if choices != before:
        apply_choices(session, subscription, offer, choices)
        action = "subscription.labelled" if editor else "subscription.chosen"
        audit.record(session, action, "subscription", subscription.id, actor=editor or SUBSCRIBER)


def apply_choices(session: Session, subscription: Subscription, offer: Offer, choices: Choices) -> None:
    """Make the choices true, as far as they are on offer; the caller holds the locks of person and pair."""
    set_muted_topics(session, subscription, choices.muted & {topic.key for topic in offer.topics})
    for tag in offer.tags:
        change = assign_tag if tag.key in choices.tags else take_off_tag
        change(session, tag, [subscription.subscriber_id])
    _set_values(subscription.subscriber, offer, choices.values)


def _set_values(subscriber: Subscriber, offer: Offer, values: Mapping[str, Value]) -> None:
    offered = {attribute.key for attribute in offer.attributes}
    others = {key: value for key, value in subscriber.attributes.items() if key not in offered}
    subscriber.attributes = others | {key: value for key, value in values.items() if key in offered}
