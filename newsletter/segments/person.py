"""What rules ask of one subscription, read from the database."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Delivery, Mailing
from newsletter.segments.compile import SIGN_UPS
from newsletter.segments.evaluate import Person
from newsletter.subscribers.models import ConsentRecord, Subscription
from newsletter.subscribers.tags.assign import tags_of
from newsletter.subscribers.topics.mute import muted_topics
from newsletter.tracking.models import EventKind, Label, TrackingEvent


def read_person(session: Session, subscription: Subscription) -> Person:
    """The facts of a subscription and its subscriber, as they are now."""
    of, publication_id = subscription.subscriber_id, subscription.publication_id
    sources = select(ConsentRecord.source).where(
        ConsentRecord.subscription_id == subscription.id, ConsentRecord.kind.in_(SIGN_UPS)
    )
    outcomes = select(Delivery.mailing_id, Delivery.outcome).where(
        Delivery.subscriber_id == of, Delivery.mailing_id.in_(_mailings(publication_id))
    )
    clicked = select(TrackingEvent.mailing_id).where(
        TrackingEvent.subscriber_id == of,
        TrackingEvent.kind == EventKind.CLICK,
        TrackingEvent.label == Label.PERSON,
        TrackingEvent.mailing_id.in_(_mailings(publication_id)),
    )
    return Person(
        state=subscription.state,
        paused_until=subscription.paused_until,
        created_at=subscription.created_at,
        confirmed_at=subscription.confirmed_at,
        language=subscription.subscriber.language,
        attributes=subscription.subscriber.attributes,
        tags=frozenset(tag.key for tag in tags_of(session, of, publication_id)),
        muted=frozenset(muted_topics(session, subscription.id)),
        sources=frozenset(session.scalars(sources)),
        outcomes={row[0]: row[1] for row in session.execute(outcomes)},
        clicked=frozenset(session.scalars(clicked)),
    )


def _mailings(publication_id: int) -> Any:
    return select(Mailing.id).where(Mailing.publication_id == publication_id)
