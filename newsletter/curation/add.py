"""Add links to the inbox: each address a row, at once; a worker reads the pages."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.core.errors import Refused
from newsletter.curation.models import ACTOR_LENGTH, SENDER_LENGTH, URL_LENGTH, Entry, EntryState, Via
from newsletter.pages.canonical_url import canonical_url
from newsletter.pages.find_urls import find_urls
from newsletter.publications.models import Publication
from newsletter.stories.models import StoryMention
from newsletter.stories.record import Story, add_mentions, url_key

MOST_AT_ONCE = 500
LONGEST_TEXT = 1_000_000
# As many jobs as there are processes that fetch: each takes one entry after another.
FETCHED_AT_ONCE = 8

WAITING = (EntryState.FETCHING, EntryState.READY, EntryState.TROUBLE)


def add_text(session: Session, publication: Publication, text: str, *, via: Via, actor: str) -> list[Entry]:
    """Add every link in `text`; the entries that have them then, in order.

    Raises `Refused` for a text without a link, and for one with too many.
    """
    if len(text) > LONGEST_TEXT:
        raise _refused("long_text", f"This text is too long. At most {LONGEST_TEXT:,} characters.")
    urls = find_urls(text)
    if not urls:
        raise _refused("no_links", "There is no link in this text. A link begins with https:// or http://.")
    return add_urls(session, publication, urls, via=via, actor=actor)


def add_urls(
    session: Session,
    publication: Publication,
    urls: Sequence[str],
    *,
    via: Via,
    actor: str = "",
    sender: str = "",
    note: str = "",
) -> list[Entry]:
    """Add each of `urls`; one that waits in the inbox already, in whatever spelling, is not added again.

    `actor`: who of the team adds them; `sender`: who mailed or suggested them. `note` is that of new ones.
    """
    if len(urls) > MOST_AT_ONCE:
        raise _refused("many_links", f"These are {len(urls):,} links. Add at most {MOST_AT_ONCE} at a time.")
    keys = {url: url_key(canonical_url(url[:URL_LENGTH])) for url in urls}
    entries = find_waiting(session, publication.id, set(keys.values()))
    first_of = {key: url for url, key in reversed(keys.items()) if key not in entries}
    missing = [url for url, key in keys.items() if first_of.get(key) == url]
    for entry in add_entries(
        session, publication.id, missing, via=via, actor=actor, sender=sender, note=note
    ):
        entries[keys[entry.url]] = entry
    in_order = [entries[key] for key in dict.fromkeys(keys.values())]
    ask_to_fetch(session, sum(entry.state is EntryState.FETCHING for entry in in_order))
    return in_order


def add_entries(
    session: Session,
    publication_id: int,
    urls: Sequence[str],
    *,
    via: Via,
    actor: str,
    sender: str = "",
    note: str = "",
) -> list[Entry]:
    """Add each link, whether or not it is in the inbox already. The caller asks for them to be fetched."""
    if any(len(url) > URL_LENGTH for url in urls):
        raise _refused("long_link", f"A link has at most {URL_LENGTH:,} characters.")
    entries = [
        Entry(
            publication_id=publication_id,
            state=EntryState.FETCHING,
            via=via,
            added_by=actor[:ACTOR_LENGTH],
            sender=sender[:SENDER_LENGTH],
            note=note,
            url=url,
            canonical_url=canonical_url(url),
            origins={},
        )
        for url in urls
    ]
    session.add_all(entries)
    session.flush()
    add_mentions(session, publication_id, [(Story(entry.canonical_url), None, entry.id) for entry in entries])
    return entries


def find_waiting(session: Session, publication_id: int, keys: Collection[str]) -> dict[str, Entry]:
    """Entries that nobody used or discarded yet, by the key of their address."""
    rows = session.execute(
        select(StoryMention.url_key, Entry)
        .join(Entry, Entry.id == StoryMention.entry_id)
        .where(
            StoryMention.publication_id == publication_id,
            StoryMention.url_key.in_(keys),
            Entry.state.in_(WAITING),
        )
        .order_by(Entry.id.desc())
    )
    return {row[0]: row[1] for row in rows}


def ask_to_fetch(session: Session, how_many: int) -> None:
    """Tell workers after the commit that so many entries wait."""
    for _ in range(min(how_many, FETCHED_AT_ONCE)):
        jobs.fetch_next.enqueue(session)


def _refused(code: str, sentence: str) -> Refused:
    return Refused(code, sentence, {"links": sentence})
