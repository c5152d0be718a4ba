"""Find and list feeds; remove them; have them polled at once."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.curation.models import Feed


def find_feed(session: Session, feed_id: int) -> Feed:
    """The feed with that id; `Missing` when there is none, or it was removed."""
    feed = session.get(Feed, feed_id)
    if feed is None or feed.removed_at is not None:
        raise Missing("no_feed", f"There is no feed {feed_id}.")
    return feed


def list_feeds(session: Session, publication_id: int) -> list[Feed]:
    """The feeds of a publication, those with a problem first, then by title."""
    query = select(Feed).where(Feed.publication_id == publication_id, Feed.removed_at.is_(None))
    order = (Feed.next_poll_at.isnot(None), Feed.failures == 0, func.lower(Feed.title), Feed.id)
    return list(session.scalars(query.order_by(*order)))


def count_stopped(session: Session, publication_id: int) -> int:
    """How many feeds are not polled any more, because they failed too often."""
    stopped = (
        (Feed.publication_id == publication_id) & Feed.removed_at.is_(None) & Feed.next_poll_at.is_(None)
    )
    return session.scalars(select(func.count()).select_from(Feed).where(stopped)).one()


def remove_feed(session: Session, feed_id: int, *, actor: str) -> Feed:
    """Poll it no more. Its entries stay, and what it has shown is remembered."""
    feed = find_feed(session, feed_id)
    feed.removed_at, feed.next_poll_at = clock.now(), None
    audit.record(session, "feed.removed", "feed", feed.id, actor=actor, url=feed.url)
    session.flush()
    return feed


def poll_soon(session: Session, feed: Feed) -> None:
    """Have a worker poll it now, whatever its interval; one that was stopped is tried anew."""
    if feed.next_poll_at is None:
        feed.failures, feed.problem = 0, ""
    feed.next_poll_at = clock.now()
    session.flush()
    jobs.fetch_next.enqueue(session)
