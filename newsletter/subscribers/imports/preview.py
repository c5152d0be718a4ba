"""What an import would do: the columns of a file, and what would become of its rows. Nothing is changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.subscribers.former_addresses import MOVED, find_moved
from newsletter.subscribers.imports.columns import Columns
from newsletter.subscribers.imports.known import Known
from newsletter.subscribers.imports.labels import would_tag
from newsletter.subscribers.imports.plan import Kind, Plan
from newsletter.subscribers.imports.read import Source, read_columns, read_source
from newsletter.subscribers.imports.result import ImportResult
from newsletter.subscribers.imports.row import Row
from newsletter.subscribers.imports.rows import batches
from newsletter.subscribers.models import EndReason, State, Subscriber, Subscription, Suppression

BATCH = 1000  # rows that are looked up together


@dataclass(frozen=True)
class Preview:
    """What would happen. `complete` is False when only the first rows were looked at."""

    columns: Columns
    result: ImportResult
    complete: bool


def preview_import(
    session: Session,
    publication_id: int,
    source: Source,
    *,
    at_most: int | None = None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Preview:
    """Look at the first `at_most` rows of a file, or at all; raises `Refused` as an import of it would."""
    rows = read_source(source)
    columns = read_columns(source)
    result = ImportResult()
    suppress = source.plan.kind is Kind.SUPPRESS
    for batch in batches(rows if at_most is None else islice(rows, at_most), size=BATCH, suppress=suppress):
        _count(session, publication_id, batch.rows, source.plan, result)
        result.errors += batch.problems
        progress(batch.through)
    return Preview(columns, result, complete=at_most is None or next(rows, None) is None)


def _count(
    session: Session, publication_id: int, rows: Sequence[Row], plan: Plan, result: ImportResult
) -> None:
    """Count the rows as `merge` does."""
    unwelcome = _unwelcome(session, [row.address.hash for row in rows])
    existing = _people(session, publication_id, [row.address.key for row in rows])
    people = {key: known.id for key, (known, _state, _reason) in existing.items()}
    tagged = would_tag(session, publication_id, {people.get(row.address.key, 0): row for row in rows})
    for row in rows:
        known, state, ended_reason = existing.get(row.address.key, (None, None, None))
        if row.left_out is not None:
            result.skip(row.left_out)
        elif row.address.hash in unwelcome:
            result.skip(unwelcome[row.address.hash])
        elif ended_reason is not None:
            result.skip(ended_reason.value)
        elif state in {None, State.PENDING}:
            result.imported += 1
        else:
            result.already += 1
            changed = known is not None and known.would_change(row, plan.data)
            result.updated += changed or (known is not None and known.id in tagged)


def _unwelcome(session: Session, hashes: Sequence[str]) -> dict[str, str]:
    """Why nobody is added by an address, for each of `hashes` that is suppressed or given up."""
    suppressed = select(Suppression.address_hash).where(Suppression.address_hash.in_(hashes))
    moved = dict.fromkeys(find_moved(session, hashes), MOVED)
    return moved | dict.fromkeys(session.scalars(suppressed), "suppressed")


def _people(
    session: Session, publication_id: int, keys: Sequence[str]
) -> dict[str, tuple[Known, State | None, EndReason | None]]:
    theirs = (Subscription.subscriber_id == Subscriber.id) & (Subscription.publication_id == publication_id)
    query = (
        select(
            *(Subscriber.email_key, Subscriber.id, Subscriber.name, Subscriber.language),
            *(Subscriber.attributes, Subscription.state, Subscription.ended_reason),
        )
        .outerjoin(Subscription, theirs)
        .where(Subscriber.email_key.in_(keys))
    )
    return {
        key or "": (Known(id_, 0, True, name, language, dict(attributes)), state, reason)
        for key, id_, name, language, attributes, state, reason in session.execute(query)
    }
