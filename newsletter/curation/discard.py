"""Discard entries, put them back, and put them off until later."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.curation.models import TRANSITIONS, Entry, EntryState
from newsletter.pages.page import Trouble


def discard_entries(session: Session, publication_id: int, ids: Collection[int]) -> list[Entry]:
    """Take them out of the inbox; those that could be. Used and discarded ones stay what they are."""
    found = [entry for entry in _locked(session, publication_id, ids) if _may(entry, EntryState.DISCARDED)]
    for entry in found:
        entry.state = EntryState.DISCARDED
    session.flush()
    return found


def restore_entries(session: Session, publication_id: int, ids: Collection[int]) -> list[Entry]:
    """Put discarded or used entries back in the inbox; those that could be."""
    found = [
        entry
        for entry in _locked(session, publication_id, ids)
        if entry.state in {EntryState.DISCARDED, EntryState.USED}
    ]
    for entry in found:
        put_back(entry)
    session.flush()
    return found


def put_back(entry: Entry) -> None:
    """Let a used or discarded entry wait in the inbox again."""
    if entry.fetch_after is not None and not entry.picture_wanted:  # its page was not read yet
        entry.state = EntryState.FETCHING
    else:
        entry.state = EntryState.READY if entry.trouble is Trouble.NONE else EntryState.TROUBLE
        entry.fetch_after = None
    entry.issue_id, entry.section_id, entry.picture_wanted = None, "", False


def release_entries(session: Session, issue_id: int) -> None:
    """Put back what an issue uses, because the issue is deleted."""
    for entry in session.scalars(select(Entry).where(Entry.issue_id == issue_id)):
        put_back(entry)
    session.flush()


def snooze_entries(
    session: Session, publication_id: int, ids: Collection[int], until: datetime | None
) -> list[Entry]:
    """Hide them from the inbox until a time; None shows them again."""
    found = list(_locked(session, publication_id, ids))
    for entry in found:
        entry.snoozed_until = until if until is None or until > clock.now() else None
    session.flush()
    return found


def _may(entry: Entry, state: EntryState) -> bool:
    return state in TRANSITIONS[entry.state]


def _locked(session: Session, publication_id: int, ids: Collection[int]) -> list[Entry]:
    """In the order of their ids, so that two who lock the same ones do not wait for each other."""
    return list(
        session.scalars(
            select(Entry)
            .where(Entry.publication_id == publication_id, Entry.id.in_(ids))
            .order_by(Entry.id)
            .with_for_update(of=Entry)
            .execution_options(populate_existing=True)
        )
    )
