"""Read the page of the next entry that waits: claim, fetch, fill. Nothing is open meanwhile.

Each job does one. A worker that dies leaves its entry to be claimed again when its lease is over; an entry
that several workers did not survive is given up.
"""

from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.curation.fill import fill
from newsletter.curation.find import lock_entry
from newsletter.curation.models import Entry, EntryState
from newsletter.curation.use import want_picture
from newsletter.pages.canonical_url import canonical_url
from newsletter.pages.fetch import Fetcher
from newsletter.pages.page import Page, Trouble
from newsletter.pages.read import read_response
from newsletter.pages.response import FetchFailed

log = structlog.get_logger(__name__)

# Longer than a job may take, see `workers.layout`.
LEASE = timedelta(seconds=120)
MOST_ATTEMPTS = 3


def fetch_entry(sessions: sessionmaker[Session], fetcher: Fetcher) -> bool:
    """Read the page of one entry that waits; whether there was one."""
    with sessions() as session:
        entry = claim_entry(session)
        session.commit()
    if entry is None:
        return False
    gives_up = entry.fetch_attempts > MOST_ATTEMPTS
    page = _given_up(entry.url) if gives_up else read_page(fetcher, entry.url)
    with sessions() as session:
        current = lock_entry(session, entry.id)
        # Somebody else has it by now, or a person discarded or used it, and what it says is kept anyway.
        if current.fetch_attempts == entry.fetch_attempts:
            fill(session, current, page)
            current.fetched_at = clock.now()
            if current.state is EntryState.USED:
                want_picture(session, current)
        session.commit()
    return True


def read_page(fetcher: Fetcher, url: str) -> Page:
    """The page at `url`, or what was in the way. Never raises: pages of strangers break in new ways."""
    try:
        return read_response(fetcher.get(url))
    except FetchFailed as failed:
        return Page(url, canonical_url(url), failed.trouble, failed.detail)
    except Exception:
        log.exception("a page could not be read", url=url)
        return Page(url, canonical_url(url), Trouble.UNREACHABLE, "its page could not be understood")


def claim_entry(session: Session) -> Entry | None:
    """The entry that waits longest, leased to the caller; None when none waits. The caller commits."""
    now = clock.now()
    entry = session.scalar(
        select(Entry)
        .where(is_unread(), Entry.fetch_after <= now)
        .order_by(Entry.fetch_after, Entry.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if entry is not None:
        entry.fetch_after = now + LEASE
        entry.fetch_attempts += 1
        session.flush()
    return entry


def is_unread() -> ColumnElement[bool]:
    """Whether the page of an entry is still to be read, if a time for that is set. It may be used already."""
    used = (Entry.state == EntryState.USED) & Entry.picture_wanted.is_(False)
    return or_(Entry.state == EntryState.FETCHING, used)


def _given_up(url: str) -> Page:
    return Page(url, canonical_url(url), Trouble.UNREACHABLE, "reading it took too long, three times")
