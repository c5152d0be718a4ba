"""Poll the next feed that is due: has it changed, what is new, and when to ask again."""

from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.text import clean_name, full_stop
from newsletter.curation.add import ask_to_fetch
from newsletter.curation.feeds.add import find_by_url
from newsletter.curation.feeds.interval import after_failure, next_interval
from newsletter.curation.feeds.take_items import take_items
from newsletter.curation.fetch import LEASE
from newsletter.curation.models import HEADLINE_LENGTH, URL_LENGTH, Feed
from newsletter.pages.cache_time import conditional_headers, next_request_seconds
from newsletter.pages.feed import read_feed
from newsletter.pages.feed_items import Feed as ReadFeed
from newsletter.pages.feed_items import FeedInvalid
from newsletter.pages.fetch import Fetcher
from newsletter.pages.response import FetchFailed, Response

log = structlog.get_logger(__name__)

GONE, NOT_MODIFIED = 410, 304
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True)
class Poll:
    """What came of asking. Exactly one of `feed`, `unchanged` and `problem` says something."""

    feed: ReadFeed | None = None
    unchanged: bool = False
    problem: str = ""
    gone: bool = False
    instead: str = ""  # the feed that a page names
    asked_seconds: int = 0
    etag: str = ""
    last_modified: str = ""


def poll_feed(sessions: sessionmaker[Session], fetcher: Fetcher) -> bool:
    """Poll one feed that is due; whether there was one."""
    with sessions() as session:
        feed = _claim(session)
        session.commit()
    if feed is None:
        return False
    poll = _ask(fetcher, feed)
    with sessions() as session:
        current = session.scalar(
            select(Feed).where(Feed.id == feed.id, Feed.removed_at.is_(None)).with_for_update()
        )
        if current is not None:
            _settle(session, current, poll)
        session.commit()
    return True


def _claim(session: Session) -> Feed | None:
    """The feed that is due longest, leased to the caller."""
    now = clock.now()
    due = select(Feed).where(Feed.next_poll_at <= now, Feed.removed_at.is_(None))
    feed = session.scalar(due.order_by(Feed.next_poll_at).limit(1).with_for_update(skip_locked=True))
    if feed is not None:
        feed.next_poll_at = now + LEASE
        session.flush()
    return feed


def _ask(fetcher: Fetcher, feed: Feed) -> Poll:
    last = {"ETag": feed.etag, "Last-Modified": feed.last_modified}
    try:
        response = fetcher.get(feed.url, {"Accept": _ACCEPT, **conditional_headers(last)})
    except FetchFailed as failed:
        return Poll(problem=failed.detail)
    asked = next_request_seconds(response.headers, clock.now()) or 0
    if response.status == NOT_MODIFIED:
        return Poll(unchanged=True, asked_seconds=asked)
    if response.status != 200:
        problem = f"Its server answers with status {response.status}."
        return Poll(problem=problem, gone=response.status == GONE, asked_seconds=asked)
    return _read(response, asked)


def _read(response: Response, asked: int) -> Poll:
    try:
        feed = read_feed(response.body, response.headers.get("Content-Type", ""), response.url)
    except FeedInvalid as invalid:
        return Poll(problem=invalid.message, instead=invalid.feed_url)
    except Exception:
        log.exception("a feed could not be read", url=response.url)
        return Poll(problem="It cannot be understood.")
    return Poll(
        feed=feed,
        asked_seconds=max(asked, feed.next_poll_seconds or 0),
        etag=response.headers.get("ETag", ""),
        last_modified=response.headers.get("Last-Modified", ""),
    )


def _settle(session: Session, feed: Feed, poll: Poll) -> None:
    now = clock.now()
    feed.polled_at = now
    if poll.problem:
        _note_failure(session, feed, poll)
        return
    added = 0
    if poll.feed is not None:
        added = take_items(session, feed, poll.feed.items)
        feed.title = clean_name(poll.feed.title, HEADLINE_LENGTH) or feed.title
        feed.site_url = poll.feed.site_url[:URL_LENGTH]
        feed.etag, feed.last_modified = _kept(poll.etag, 1_000), _kept(poll.last_modified, 100)
        ask_to_fetch(session, added)
    feed.failures, feed.problem, feed.succeeded_at = 0, "", now
    feed.new_item_at = now if added else feed.new_item_at
    feed.interval_seconds = next_interval(feed, news=bool(added), asked_seconds=poll.asked_seconds)
    feed.next_poll_at = now + timedelta(seconds=feed.interval_seconds)


def _note_failure(session: Session, feed: Feed, poll: Poll) -> None:
    """Ask again later and later, and then no more; a page that names its feed is replaced by that."""
    is_new = feed.succeeded_at is None
    if poll.instead and is_new and not find_by_url(session, feed.publication_id, poll.instead):
        feed.url, feed.next_poll_at = poll.instead[:URL_LENGTH], clock.now()
        return
    feed.failures += 1
    feed.problem = full_stop(poll.problem)[:300]
    seconds = None if poll.gone else after_failure(feed, feed.failures, poll.asked_seconds)
    feed.next_poll_at = None if seconds is None else clock.now() + timedelta(seconds=seconds)


def _kept(validator: str, longest: int) -> str:
    return validator if len(validator) <= longest else ""
