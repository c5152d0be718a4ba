"""Find entries of the inbox."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.curation.models import Entry
from newsletter.stories.models import StoryMention


def find_entry(session: Session, entry_id: int) -> Entry:
    """The entry with that id; `Missing` when there is none."""
    entry = session.get(Entry, entry_id)
    if entry is None:
        raise _missing(entry_id)
    return entry


def find_at(session: Session, publication_id: int, key: str) -> Entry | None:
    """The newest entry of the publication whose address has that `url_key`, whatever became of it."""
    return session.scalar(
        select(Entry)
        .join(StoryMention, StoryMention.entry_id == Entry.id)
        .where(StoryMention.publication_id == publication_id, StoryMention.url_key == key)
        .order_by(Entry.id.desc())
        .limit(1)
    )


def lock_entry(session: Session, entry_id: int) -> Entry:
    """The entry as it is now; nobody else changes it before this transaction ends."""
    locked = (
        select(Entry)
        .where(Entry.id == entry_id)
        .with_for_update(of=Entry)
        .execution_options(populate_existing=True)
    )
    entry = session.scalar(locked)
    if entry is None:
        raise _missing(entry_id)
    return entry


def _missing(entry_id: int) -> Missing:
    return Missing("no_entry", f"There is no entry {entry_id} in the inbox.")
