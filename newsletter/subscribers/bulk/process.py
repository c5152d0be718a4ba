"""Work on bulk changes in a worker: whom the filter finds is written down first, then changed batch by batch.

Each batch is one transaction with its position and its counts. A worker that takes over goes on from there;
two at once take turns, for each locks the change.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, insert, literal, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit, jobs
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import DomainError, Missing
from newsletter.publications.models import Publication
from newsletter.subscribers.bulk.change import do_action, undo_action
from newsletter.subscribers.bulk.models import (
    AT_WORK,
    KEPT_FOR,
    OF_TAGS,
    BulkChange,
    BulkPerson,
    BulkState,
    Result,
    transition,
)
from newsletter.subscribers.labels import find_label
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.subscribers.tags.models import Tag

BATCH = 500  # people; one transaction
STRIDE = 10_000  # subscriptions that are looked at in one transaction
STALLED_AFTER = timedelta(seconds=30)

# The condition over `Subscription` and `Subscriber` that a filter is now. The layers above know its language.
Chooses = Callable[[Session, BulkChange], ColumnElement[bool]]


def run_bulk(
    sessions: sessionmaker[Session],
    bulk_id: int,
    chooses: Chooses,
    stopping: Callable[[], bool] = lambda: False,
    *,
    size: int = BATCH,
    stride: int = STRIDE,
) -> None:
    """Do what is left of it until it is over, or `stopping()`. Safe to repeat."""
    while not stopping():
        with sessions() as session:
            row = session.get(BulkChange, bulk_id, with_for_update=True, populate_existing=True)
            if row is None or row.over:
                session.rollback()
                return
            try:
                with session.begin_nested():
                    _step(session, row, chooses, size, stride)
            except DomainError as error:  # rules, segment or tag are not there any more
                _fail(session, row, error.message)
            row.beat_at = clock.now()
            session.commit()


def requeue_bulk(sessions: sessionmaker[Session]) -> None:
    """Publish a job for each bulk change that nobody works on."""
    late = BulkChange.beat_at < clock.now() - STALLED_AFTER
    with reading(), sessions() as session:
        waiting = session.scalars(select(BulkChange.id).where(BulkChange.state.in_(AT_WORK), late)).all()
    for bulk_id in waiting:
        jobs.change_in_bulk.publish(bulk_id=bulk_id)


def forget_people(sessions: sessionmaker[Session]) -> None:
    """Delete what is kept of the people of old bulk changes."""
    with sessions() as session:
        old = select(BulkChange.id).where(
            BulkChange.created_at < clock.now() - KEPT_FOR, BulkChange.state.not_in(AT_WORK)
        )
        session.execute(delete(BulkPerson).where(BulkPerson.bulk_id.in_(old)))
        session.commit()


def _step(session: Session, row: BulkChange, chooses: Chooses, size: int, stride: int) -> None:
    if row.state is BulkState.CHOOSING:
        _choose(session, row, chooses(session, row), stride)
        return
    tag = _tag_of(session, row)
    wanted = Result.CHANGED if row.state is BulkState.UNDOING else Result.WAITING
    people = session.scalars(
        select(BulkPerson)
        .where(
            BulkPerson.bulk_id == row.id,
            BulkPerson.subscriber_id > row.position,
            BulkPerson.result == wanted,
        )
        .order_by(BulkPerson.subscriber_id)
        .limit(size)
    ).all()
    if not people:
        _finish(session, row)
        return
    if row.state is BulkState.UNDOING:
        counts = undo_action(session, row, tag, people)
    else:
        counts = do_action(session, row, tag, people, clock.now())
    row.counts = dict(Counter(row.counts) + counts)
    row.position = people[-1].subscriber_id


def _choose(session: Session, row: BulkChange, chosen: ColumnElement[bool], stride: int) -> None:
    """Write down whom the filter finds among the next subscriptions that there were when it began."""
    among = (
        Subscription.publication_id == row.publication_id,
        Subscription.id > row.position,
        Subscription.id <= row.newest,
    )
    ids = select(Subscription.id).where(*among).order_by(Subscription.id)
    end = session.scalar(ids.offset(stride - 1).limit(1)) or row.newest
    found = (
        select(
            literal(row.id),
            Subscription.subscriber_id,
            Subscription.id,
            literal(Result.WAITING, BulkPerson.result.type),
            literal({}, BulkPerson.before.type),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(*among, Subscription.id <= end, Subscriber.erased_at.is_(None), chosen)
    )
    columns = ["bulk_id", "subscriber_id", "subscription_id", "result", "before"]
    session.execute(insert(BulkPerson).from_select(columns, found, include_defaults=False))
    row.position = end
    if end == row.newest:
        of_it = select(func.count()).select_from(BulkPerson).where(BulkPerson.bulk_id == row.id)
        row.people = session.scalar(of_it) or 0
        transition(row, BulkState.RUNNING)


def _tag_of(session: Session, row: BulkChange) -> Tag | None:
    """The tag that it is about; None where it is about none, and for one that is gone while it is undone."""
    if row.action not in OF_TAGS:
        return None
    publication = session.get_one(Publication, row.publication_id)
    try:
        return find_label(session, Tag, publication, row.tag_key, lock=True)
    except Missing:
        if row.state is BulkState.UNDOING:
            return None
        raise


def _finish(session: Session, row: BulkChange) -> None:
    undoing = row.state is BulkState.UNDOING
    transition(row, BulkState.UNDONE if undoing else BulkState.DONE)
    _record(session, row)


def _fail(session: Session, row: BulkChange, sentence: str) -> None:
    transition(row, BulkState.FAILED)
    row.failure = sentence
    _record(session, row)


def _record(session: Session, row: BulkChange) -> None:
    audit.record(
        session,
        "subscribers.bulk_over",
        "publication",
        row.publication_id,
        actor=row.actor,
        bulk_id=row.id,
        change=row.action.value,
        state=row.state.value,
        people=row.people,
        counts=row.counts,
    )
