"""Make entries of a feed's new items; an item that was seen before is never a second entry."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.curation.add import add_entries
from newsletter.curation.fill import fields_as_texts, set_fields
from newsletter.curation.find import find_at
from newsletter.curation.mention import record_mention
from newsletter.curation.models import URL_LENGTH, Entry, EntryState, Feed, FeedItem, Origin, Via
from newsletter.pages.canonical_url import canonical_url
from newsletter.pages.feed_items import FeedItem as ReadItem
from newsletter.pages.page import PageFields
from newsletter.stories.record import url_key

# Of a feed that was just added, so that years of an archive do not fill the inbox.
MOST_AT_FIRST = 10
MOST_AT_ONCE = 100
ACTOR = "feed"
_OPEN = (EntryState.FETCHING, EntryState.READY, EntryState.TROUBLE)


def take_items(session: Session, feed: Feed, items: tuple[ReadItem, ...]) -> int:
    """Take the items of a feed, newest first as it lists them; how many became new entries."""
    seen = _seen(session, feed)
    fresh = [item for item in items if _guid_hash(item) not in seen]
    taken = fresh[: MOST_AT_ONCE if seen else MOST_AT_FIRST]
    for item in items:
        known = seen.get(_guid_hash(item))
        if known is not None:
            _note_change(session, known, item)
    added = sum(_take(session, feed, item) for item in reversed(taken))
    if not seen:  # what was there before is old: it is known, and never news
        for item in fresh[MOST_AT_FIRST:]:
            _remember(session, feed, item, None)
    session.flush()
    return added


def _seen(session: Session, feed: Feed) -> dict[str, FeedItem]:
    rows = session.scalars(select(FeedItem).where(FeedItem.feed_id == feed.id))
    return {row.guid_hash: row for row in rows}


def _take(session: Session, feed: Feed, item: ReadItem) -> bool:
    """Make an entry of an item, unless the publication has one of that address already."""
    if not item.url or len(item.url) > URL_LENGTH:
        _remember(session, feed, item, None)
        return False
    existing = find_at(session, feed.publication_id, url_key(canonical_url(item.url)))
    entry = existing or add_entries(session, feed.publication_id, [item.url], via=Via.FEED, actor=ACTOR)[0]
    if existing is None:
        entry.feed_id = feed.id
        set_fields(entry, _texts(item), Origin.FEED)
        record_mention(session, entry)
    _remember(session, feed, item, entry)
    return existing is None


def _note_change(session: Session, known: FeedItem, item: ReadItem) -> None:
    """An item that says something else than last time: its entry is marked, and says that too."""
    now_hash = _content_hash(item)
    if known.content_hash == now_hash:
        return
    known.content_hash = now_hash
    entry = session.get(Entry, known.entry_id) if known.entry_id else None
    if entry is None or entry.state not in _OPEN:
        return
    set_fields(entry, _texts(item), Origin.FEED)
    entry.changed_in_feed = True
    record_mention(session, entry)


def _remember(session: Session, feed: Feed, item: ReadItem, entry: Entry | None) -> None:
    session.add(
        FeedItem(
            feed_id=feed.id,
            guid_hash=_guid_hash(item),
            content_hash=_content_hash(item),
            entry_id=entry.id if entry else None,
            seen_at=clock.now(),
        )
    )


def _texts(item: ReadItem) -> dict[str, str]:
    fields = PageFields(
        headline=item.title,
        byline=item.byline,
        published=item.published,
        updated=item.updated,
        description=item.summary,
        language=item.language,
        image=item.image,
    )
    return fields_as_texts(fields)


def _guid_hash(item: ReadItem) -> str:
    """What the item is known by: its guid, else its address, else its words."""
    known_by = item.guid or item.url or f"{item.title}\n{item.summary}"
    return hashlib.sha256(known_by.encode("utf-8", "replace")).hexdigest()


def _content_hash(item: ReadItem) -> str:
    return hashlib.sha256(f"{item.title}\n{item.summary}".encode("utf-8", "replace")).hexdigest()
