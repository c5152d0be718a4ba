"""Add feeds to a publication: one by its address, or many from an OPML file."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.text import clean_name
from newsletter.curation.models import ACTOR_LENGTH, HEADLINE_LENGTH, NAME_LENGTH, URL_LENGTH, Feed
from newsletter.pages.find_urls import find_urls
from newsletter.pages.opml import read_opml
from newsletter.publications.models import Publication

MOST_FEEDS = 1_000  # of a publication


@dataclass(frozen=True)
class AddedFeeds:
    """The feeds that were added, how many were there already, and how many have an address of no use."""

    added: list[Feed]
    known: int
    unusable: int


def add_feed(
    session: Session, publication: Publication, url: str, *, actor: str, title: str = "", folder: str = ""
) -> Feed:
    """Add the feed at `url`, or the one that the page at `url` names; the first poll finds out.

    One that was removed or stopped is polled again. Raises `Refused` for what is no address of the web.
    """
    url = url.strip()
    if "\n" in url or len(url) > URL_LENGTH or find_urls(url) != [url]:
        sentence = "Enter the address of a feed or of its site. It begins with https:// or http://."
        raise Refused("bad_feed_url", sentence, {"url": sentence})
    feed = find_by_url(session, publication.id, url)
    if feed is None:
        _check_room(session, publication)
        feed = Feed(
            publication_id=publication.id,
            url=url,
            title=clean_name(title, HEADLINE_LENGTH),
            folder=clean_name(folder, NAME_LENGTH),
            added_by=actor[:ACTOR_LENGTH],
        )
        session.add(feed)
        session.flush()
        audit.record(session, "feed.added", "feed", feed.id, actor=actor, url=url)
    elif feed.removed_at is not None or feed.next_poll_at is None:
        feed.removed_at, feed.failures, feed.problem = None, 0, ""
        feed.next_poll_at = clock.now()
        session.flush()
    jobs.fetch_next.enqueue(session)
    return feed


def import_opml(session: Session, publication: Publication, octets: bytes, *, actor: str) -> AddedFeeds:
    """Add every feed of an OPML file. Raises `Refused` for what is none."""
    added: list[Feed] = []
    known = unusable = 0
    for listed in read_opml(octets):
        there = find_by_url(session, publication.id, listed.url)
        if there is not None and there.removed_at is None:
            known += 1
            continue
        try:
            feed = add_feed(
                session, publication, listed.url, actor=actor, title=listed.title, folder=listed.folder
            )
        except Refused as error:
            if error.code != "bad_feed_url":
                raise
            unusable += 1
            continue
        added.append(feed)
    return AddedFeeds(added, known, unusable)


def find_by_url(session: Session, publication_id: int, url: str) -> Feed | None:
    """The feed of a publication at `url`, also one that was removed."""
    return session.scalar(select(Feed).where(Feed.publication_id == publication_id, Feed.url == url))


def _check_room(session: Session, publication: Publication) -> None:
    kept = select(Feed.id).where(Feed.publication_id == publication.id, Feed.removed_at.is_(None))
    if len(session.scalars(kept.limit(MOST_FEEDS)).all()) >= MOST_FEEDS:
        sentence = f"A publication has at most {MOST_FEEDS:,} feeds. Remove some first."
        raise Refused("many_feeds", sentence, {"url": sentence})
