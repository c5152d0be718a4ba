"""Read an entry's page again, because a person says so."""

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.curation.add import ask_to_fetch
from newsletter.curation.find import lock_entry
from newsletter.curation.models import Entry, EntryState


def retry_entry(session: Session, entry_id: int) -> Entry:
    """Fetch it again; what people wrote stays. `Conflict` for one that was used or discarded."""
    entry = lock_entry(session, entry_id)
    if entry.state in {EntryState.USED, EntryState.DISCARDED}:
        raise Conflict("not_waiting", "Put this entry back in the inbox before you fetch its page again.")
    if entry.state is not EntryState.FETCHING:
        entry.state = EntryState.FETCHING
        entry.fetch_attempts = 0
        entry.fetch_after = clock.now()
    ask_to_fetch(session, 1)
    session.flush()
    return entry
