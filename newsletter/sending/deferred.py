"""Note which deliveries were refused for the time being, for reports: the queue of retries forgets it."""

from collections.abc import Collection

from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter.core.db import table_of
from newsletter.mailings.models import DeferredDelivery

_NOTE: dict[str, Executable] = {
    "postgresql": postgresql.insert(table_of(DeferredDelivery)).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(table_of(DeferredDelivery)).on_conflict_do_nothing(),
}


def note_deferred(session: Session, mailing_id: int, seqs: Collection[int]) -> None:
    """Note `seqs`, which wait for a retry after their first refusal. The caller holds the mailing's lock."""
    if seqs:
        connection = session.connection()
        rows = [{"mailing_id": mailing_id, "seq": seq} for seq in seqs]
        connection.execute(_NOTE[connection.dialect.name], rows)
