"""Import one batch of rows with a handful of statements, however many rows it has."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Retryable
from newsletter.core.logs import Logger
from newsletter.subscribers.consent import Consent
from newsletter.subscribers.imports.read import Row
from newsletter.subscribers.imports.result import ImportResult, RowProblem
from newsletter.subscribers.lifecycle import transition
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    ConsentSource,
    State,
    Subscriber,
    Subscription,
    Suppression,
)

log = Logger(__name__)

ATTEMPTS = 5  # each lost race means that somebody else's rows are there now, and the next query finds them


class _SuppressedMeanwhile(Exception):
    """Somebody was suppressed, or erased, while this transaction waited for their row."""


class Known(NamedTuple):
    """A subscriber who exists already."""

    id: int
    name: str


def import_batch(
    session: Session,
    publication_id: int,
    rows: Sequence[Row],
    words: Consent,
    result: ImportResult,
    *,
    actor: str,
) -> list[RowProblem]:
    """Subscribe the people of `rows` (no address twice) and count them in `result`; the caller commits.

    Rows that the database does not take are returned as problems, and keep nobody else out.
    """
    try:
        counted = _import_all(session, publication_id, rows, words, actor=actor)
    except (DataError, IntegrityError, ValueError):  # ValueError: what has no octets in UTF-8
        if len(rows) == 1:
            log.exception("a row of an import is refused by the database", line=rows[0].line)
            return [RowProblem(rows[0].line, "the database does not accept this row")]
        half = len(rows) // 2
        return [
            problem
            for part in (rows[:half], rows[half:])
            for problem in import_batch(session, publication_id, part, words, result, actor=actor)
        ]
    result.add(counted)
    return []


def _import_all(
    session: Session, publication_id: int, rows: Sequence[Row], words: Consent, *, actor: str
) -> ImportResult:
    """Import all of `rows`, or nothing of them; again from the beginning when somebody was suppressed."""
    for _ in range(ATTEMPTS):
        counted = ImportResult()
        try:
            with session.begin_nested():
                _import_rows(session, publication_id, rows, words, counted, actor=actor)
        except _SuppressedMeanwhile:
            continue
        return counted
    raise _busy()


def _import_rows(
    session: Session,
    publication_id: int,
    rows: Sequence[Row],
    words: Consent,
    result: ImportResult,
    *,
    actor: str,
) -> None:
    suppressed = _suppressed(session, rows)
    allowed = [row for row in rows if row.address.hash not in suppressed]
    for _ in range(len(rows) - len(allowed)):
        result.skip("suppressed")
    subscriber_ids = _subscribers(session, allowed)
    # Asked again, now that nobody can change these people: whoever held their rows may have erased them.
    if _suppressed(session, allowed):
        raise _SuppressedMeanwhile
    subscriptions = _subscriptions(session, publication_id, subscriber_ids)
    agreed = _existing(subscriptions.values(), result)
    agreed += _new(session, publication_id, [id_ for id_ in subscriber_ids if id_ not in subscriptions])
    result.imported += len(agreed)
    _keep_records(session, agreed, words, actor)


def _suppressed(session: Session, rows: Sequence[Row]) -> set[str]:
    hashes = [row.address.hash for row in rows]
    return set(session.scalars(select(Suppression.address_hash).where(Suppression.address_hash.in_(hashes))))


def _subscribers(session: Session, rows: Sequence[Row]) -> list[int]:
    """The rows' subscribers, the unknown ones added; locked, so that nobody subscribes them meanwhile."""
    # Sorted: two imports at the same time meet in the same order, so none waits for the other in a circle.
    ordered = sorted(rows, key=lambda row: row.address.key)
    for _ in range(ATTEMPTS):
        known = _known(session, ordered)
        missing = [row for row in ordered if row.address.key not in known]
        if not missing:
            _fill_in_names(session, ordered, known)
            return [subscriber.id for subscriber in known.values()]
        try:
            with session.begin_nested():
                session.execute(insert(Subscriber), [_subscriber(row) for row in missing])
        except IntegrityError:
            continue  # somebody signed up meanwhile
    raise _busy()


def _busy() -> Retryable:
    return Retryable("import_busy", "Too many people are signing up right now. Run the import again.")


def _known(session: Session, rows: Sequence[Row]) -> dict[str, Known]:
    # Columns, not objects: an import walks over as many people as there are.
    existing = session.execute(
        select(Subscriber.id, Subscriber.email_key, Subscriber.name)
        .where(Subscriber.email_key.in_([row.address.key for row in rows]))
        .order_by(Subscriber.id)
        .with_for_update()
    )
    return {key or "": Known(id_, name) for id_, key, name in existing}


def _fill_in_names(session: Session, rows: Sequence[Row], known: dict[str, Known]) -> None:
    """Give subscribers without a name the one in the file.

    Call it after the inserts: on PostgreSQL an insert waits for a transaction that changed the row it
    conflicts with, but not for one that only locked it, so two imports that change first could deadlock.
    """
    named = [(known[row.address.key], row.name) for row in rows if row.name]
    nameless = [{"id": existing.id, "name": name} for existing, name in named if not existing.name]
    if nameless:
        session.execute(update(Subscriber), nameless)


def _subscriber(row: Row) -> dict[str, str]:
    address = row.address
    return {
        "email": address.email,
        "email_key": address.key,
        "address_hash": address.hash,
        "name": row.name,
    }


def _subscriptions(
    session: Session, publication_id: int, subscriber_ids: Sequence[int]
) -> dict[int, Subscription]:
    """The subscriptions that are there already, by subscriber."""
    existing = session.scalars(
        select(Subscription)
        .where(Subscription.publication_id == publication_id, Subscription.subscriber_id.in_(subscriber_ids))
        .order_by(Subscription.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {subscription.subscriber_id: subscription for subscription in existing}


def _existing(subscriptions: Iterable[Subscription], result: ImportResult) -> list[int]:
    """Count who subscribed before; the ids of those who had only not confirmed yet, active from now on."""
    activated = []
    for subscription in subscriptions:
        if subscription.state is State.PENDING:
            transition(subscription, State.ACTIVE)
            activated.append(subscription.id)
        elif subscription.ended_reason is not None:
            result.skip(subscription.ended_reason.value)
        else:
            result.already += 1
    return activated


def _new(session: Session, publication_id: int, subscriber_ids: Sequence[int]) -> list[int]:
    """Subscribe those who have no subscription yet; the ids of the subscriptions made."""
    rows = [
        {
            "subscriber_id": subscriber_id,
            "publication_id": publication_id,
            "state": State.ACTIVE,
            "confirmed_at": clock.now(),
        }
        for subscriber_id in subscriber_ids
    ]
    return list(session.scalars(insert(Subscription).returning(Subscription.id), rows)) if rows else []


def _keep_records(session: Session, subscription_ids: list[int], words: Consent, actor: str) -> None:
    records = [
        {
            "subscription_id": subscription_id,
            "kind": ConsentKind.IMPORTED,
            "source": ConsentSource.IMPORT,
            "text": words.text,
            "actor": actor,
        }
        for subscription_id in subscription_ids
    ]
    if records:
        session.execute(insert(ConsentRecord), records)
