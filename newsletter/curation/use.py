"""Which entries an issue uses: mark them, and give back those that it does not use any more."""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from newsletter import jobs
from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing
from newsletter.curation.discard import put_back
from newsletter.curation.models import TRANSITIONS, Entry, EntryState
from newsletter.issues.models import Issue


def use_entries(session: Session, issue: Issue, sections: Mapping[int, str]) -> list[Entry]:
    """Mark the entries as used; `sections` has the section that each is in, by the entry's id.

    The caller has locked the issue. All of them are used, or none: raises `Missing` for one that is not in
    the inbox of this publication, and `Conflict`, with the sentence for each by its id, for those that
    somebody else has used or discarded.
    """
    entries = lock_waiting(session, issue, sections)
    for entry in entries:
        is_unread = entry.state is EntryState.FETCHING
        entry.state, entry.issue_id, entry.section_id = EntryState.USED, issue.id, sections[entry.id]
        if not is_unread:
            want_picture(session, entry)
    session.flush()
    return entries


def want_picture(session: Session, entry: Entry) -> None:
    """Have the picture of a used entry fetched, if its page has one."""
    entry.picture_wanted = bool(entry.image_url)
    entry.fetch_attempts = 0
    entry.fetch_after = clock.now() if entry.picture_wanted else None
    if entry.picture_wanted:
        jobs.fetch_next.enqueue(session)


def give_back_entries(session: Session, issue: Issue, ids: Collection[int]) -> list[Entry]:
    """Put entries that the issue does not use any more back in the inbox; those that it did use."""
    rows = session.scalars(_locked(issue, ids))
    given_back = [entry for entry in rows if entry.state is EntryState.USED and entry.issue_id == issue.id]
    for entry in given_back:
        put_back(entry)
        if entry.state is EntryState.FETCHING:
            jobs.fetch_next.enqueue(session)
    session.flush()
    return given_back


def entries_used_by(session: Session, issue: Issue) -> list[Entry]:
    """The entries that the issue uses, oldest first."""
    return list(session.scalars(select(Entry).where(Entry.issue_id == issue.id).order_by(Entry.id)))


def lock_waiting(session: Session, issue: Issue, ids: Collection[int]) -> list[Entry]:
    """The entries in the order of `ids`, none of them used or discarded; raises as `use_entries` does."""
    by_id = {entry.id: entry for entry in session.scalars(_locked(issue, ids))}
    missing = [entry_id for entry_id in ids if entry_id not in by_id]
    if missing:
        raise Missing("no_entry", f"There is no entry {missing[0]} in the inbox of this issue's publication.")
    sentences = {str(entry.id): sentence for entry in by_id.values() if (sentence := unusable(entry))}
    if sentences:
        raise Conflict("not_waiting", next(iter(sentences.values())), sentences)
    return [by_id[entry_id] for entry_id in dict.fromkeys(ids)]


def unusable(entry: Entry) -> str:
    """Why the entry cannot be used in an issue, in one sentence; empty when it can."""
    if EntryState.USED in TRANSITIONS[entry.state]:
        return ""
    state = "is already in an issue" if entry.state is EntryState.USED else "was discarded"
    return f"“{entry.headline or entry.url}” {state}."


def _locked(issue: Issue, ids: Collection[int]) -> Select[Entry]:
    return (
        select(Entry)
        .where(Entry.publication_id == issue.publication_id, Entry.id.in_(ids))
        .order_by(Entry.id)
        .with_for_update(of=Entry)
        .execution_options(populate_existing=True)
    )
