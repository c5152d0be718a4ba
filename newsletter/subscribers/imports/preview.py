"""What an import would do: the columns of a file, and what would become of its rows. Nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscribers.imports.columns import Columns
from newsletter.subscribers.imports.read import Row, Source, read_columns, read_source
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.rows import batches
from newsletter.subscribers.models import EndReason, State, Subscriber, Subscription, Suppression


@dataclass(frozen=True)
class Preview:
    """What would happen. `complete` is False when only the first rows were looked at."""

    columns: Columns
    result: ImportResult
    complete: bool


def preview_import(
    session: Session, publication_id: int, source: Source, *, at_most: int | None = None
) -> Preview:
    """Look at the first `at_most` rows of a file, or at all; raises `Refused` as an import of it would."""
    rows = read_source(source)
    columns = read_columns(source)
    result = ImportResult()
    for batch in batches(rows if at_most is None else islice(rows, at_most)):
        _count(session, publication_id, batch.rows, result)
        result.skip_all(batch.left_out)
        result.errors += batch.problems
    return Preview(columns, result, complete=at_most is None or next(rows, None) is None)


def _count(session: Session, publication_id: int, rows: Sequence[Row], result: ImportResult) -> None:
    """Count the rows as `import_batch` does."""
    hashes = select(Suppression.address_hash).where(
        Suppression.address_hash.in_([row.address.hash for row in rows])
    )
    suppressed = set(session.scalars(hashes))
    existing = _subscriptions(session, publication_id, [row.address.key for row in rows])
    for row in rows:
        state, ended_reason = existing.get(row.address.key, (None, None))
        if row.address.hash in suppressed:
            result.skip("suppressed")
        elif ended_reason is not None:
            result.skip(ended_reason.value)
        elif state in {None, State.PENDING}:
            result.imported += 1
        else:
            result.already += 1


def _subscriptions(
    session: Session, publication_id: int, keys: Sequence[str]
) -> dict[str, tuple[State, EndReason | None]]:
    query = (
        select(Subscriber.email_key, Subscription.state, Subscription.ended_reason)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscription.publication_id == publication_id, Subscriber.email_key.in_(keys))
    )
    return {key or "": (state, reason) for key, state, reason in session.execute(query)}
