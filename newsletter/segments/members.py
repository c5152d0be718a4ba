"""Who is in a segment now: how many, a few of them, and what is known of one. Nothing of it is kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager

from newsletter.core import clock
from newsletter.publications.models import Publication
from newsletter.segments.compile import compile_rules
from newsletter.segments.find import find_segment
from newsletter.segments.read import read
from newsletter.subscribers.models import State, Subscriber, Subscription


def members(session: Session, publication: Publication, rules: Any, now: datetime) -> ColumnElement[bool]:
    """The condition of being in it: subscribed, be it active or paused, and met by the rules.

    For a statement over `Subscription` and its `Subscriber`. Raises `Refused` as `compile_rules` does.
    """
    return and_(
        Subscription.publication_id == publication.id,
        or_(Subscription.state == State.ACTIVE, Subscription.state == State.PAUSED),
        compile_rules(session, publication, rules, now),
    )


def members_of_segment(session: Session, publication: Publication, slug: str) -> ColumnElement[bool]:
    """The same of the segment called `slug`, as it is now. Raises `Missing` when there is none."""
    segment = find_segment(session, publication, slug)
    return members(session, publication, read(segment.rules), clock.now())


def count_members(session: Session, publication: Publication, rules: Any, now: datetime) -> int:
    """How many subscribers are in it."""
    inside = members(session, publication, rules, now)
    query = select(func.count(Subscription.id)).join(Subscriber, Subscriber.id == Subscription.subscriber_id)
    return session.scalar(query.where(inside)) or 0


def sample_members(
    session: Session, publication: Publication, rules: Any, now: datetime, most: int = 10
) -> list[Subscription]:
    """The newest few of them, with their subscribers."""
    query = (
        select(Subscription)
        .join(Subscription.subscriber)
        .where(members(session, publication, rules, now))
        .options(contains_eager(Subscription.subscriber))
        .order_by(Subscription.id.desc())
        .limit(most)
    )
    return list(session.scalars(query))
