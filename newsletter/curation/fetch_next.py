"""Do the next piece of fetching that waits: a page, a picture of an entry that was used, a feed, a link."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.queue import broker
from newsletter.curation.add import FETCHED_AT_ONCE
from newsletter.curation.feeds.poll import poll_feed
from newsletter.curation.fetch import fetch_entry
from newsletter.curation.link_checks.check import check_link, due_links
from newsletter.curation.models import Entry, EntryState, Feed
from newsletter.curation.picture import fetch_picture
from newsletter.media.files import MediaFiles
from newsletter.pages.fetch import Fetcher


@dataclass(frozen=True)
class FetchContext:
    """What a worker fetches with."""

    sessions: sessionmaker[Session]
    fetcher: Fetcher
    media: MediaFiles


def fetch_next(context: FetchContext) -> bool:
    """Do one piece; whether there was one. People wait for pages, so these come first."""
    return (
        fetch_entry(context.sessions, context.fetcher)
        or fetch_picture(context.sessions, context.fetcher, context.media)
        or poll_feed(context.sessions, context.fetcher)
        or check_link(context.sessions, context.fetcher)
    )


def publish_fetch_jobs(sessions: sessionmaker[Session]) -> None:
    """Publish jobs for what waits, unless some are waiting already; the periodic sweep calls it."""
    with reading(), sessions() as session:
        waiting = sum(session.scalars(query).one() for query in _waiting())
        waiting += session.execute(due_links().limit(1)).first() is not None
    if waiting and broker.waiting(jobs.fetch_next.queue) == 0:
        for _ in range(min(waiting, FETCHED_AT_ONCE)):
            jobs.fetch_next.publish()


def _waiting() -> list[Select[int]]:
    now = clock.now()
    due: ColumnElement[bool] = Entry.fetch_after <= now
    return [
        select(func.count()).where(Entry.state == EntryState.FETCHING, due),
        select(func.count()).where(Entry.state == EntryState.USED, Entry.picture_wanted, due),
        select(func.count()).where(Feed.next_poll_at <= now, Feed.removed_at.is_(None)),
    ]
