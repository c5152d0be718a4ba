"""Judge stored events again when a rule has changed, and delete events that are too old."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import table_of
from newsletter.tracking.counts import Delta
from newsletter.tracking.fold import Row, label, lock_counts, read_persons, relabel
from newsletter.tracking.models import TrackingEvent, TrackingRelabel
from newsletter.tracking.rules import BY_NAME, DIGEST

KEPT_FOR = timedelta(days=90)
CHUNK = 2_000  # people, or events of nobody, in one transaction
ROW = 1

_EVENTS = table_of(TrackingEvent)


def rejudge(sessions: sessionmaker[Session], digest: str = DIGEST) -> int:
    """Bring the labels of all stored events to the present rules; returns how many mailings that took.

    Each mailing is noted when it is done: whoever is interrupted goes on there. Twice is once.
    """
    mailings = 0
    while (mailing_id := _next_mailing(sessions, digest)) is not None:
        rejudge_mailing(sessions, mailing_id)
        with sessions() as session:
            session.get_one(TrackingRelabel, ROW).through_mailing_id = mailing_id
            session.commit()
        mailings += 1
    return mailings


def rejudge_mailing(sessions: sessionmaker[Session], mailing_id: int) -> None:
    """The same for one mailing, a chunk in a transaction."""
    for rejudge_chunk in (_rejudge_people, _rejudge_nobody):
        last: int | None = 0
        while last is not None:
            with sessions() as session:
                last = rejudge_chunk(session, mailing_id, last)
                session.commit()


def purge(sessions: sessionmaker[Session]) -> int:
    """Delete events that are older than `KEPT_FOR`; returns how many. Their counts stay."""
    deleted = 0
    while True:
        with sessions() as session:
            old = select(_EVENTS.c.id).where(_EVENTS.c.at < clock.now() - KEPT_FOR).limit(CHUNK)
            gone = session.connection().execute(delete(_EVENTS).where(_EVENTS.c.id.in_(old))).rowcount
            session.commit()
        deleted += gone
        if not gone:
            return deleted


def _next_mailing(sessions: sessionmaker[Session], digest: str) -> int | None:
    """The next mailing with events that were not judged by the rules of `digest`; None: there is none."""
    with sessions() as session:
        row = session.get(TrackingRelabel, ROW)
        if row is None or row.digest != digest:
            row = session.merge(TrackingRelabel(id=ROW, digest=digest, through_mailing_id=0))
        after = select(func.min(_EVENTS.c.mailing_id)).where(_EVENTS.c.mailing_id > row.through_mailing_id)
        found: int | None = session.scalar(after)
        session.commit()
    return found


def _rejudge_people(session: Session, mailing_id: int, after: int) -> int | None:
    """The people that follow `after`; the last of them, None when there were none."""
    lock_counts(session)
    people = session.scalars(
        select(_EVENTS.c.subscriber_id)
        .where(_EVENTS.c.mailing_id == mailing_id, _EVENTS.c.subscriber_id > after)
        .distinct()
        .order_by(_EVENTS.c.subscriber_id)
        .limit(CHUNK)
    ).all()
    delta = Delta()
    for before in read_persons(session, [(mailing_id, person) for person in people]).values():
        rows = [dict(row) for row in before]
        label(rows)
        _change(session, rows, before, delta, of_one_person=True)
    delta.apply(session)
    return people[-1] if people else None


def _rejudge_nobody(session: Session, mailing_id: int, after: int) -> int | None:
    """Events of people who are not told apart: only by what needs no others of the same delivery."""
    lock_counts(session)
    before = [
        dict(row)
        for row in session.execute(
            select(_EVENTS)
            .where(
                _EVENTS.c.mailing_id == mailing_id, _EVENTS.c.subscriber_id.is_(None), _EVENTS.c.id > after
            )
            .order_by(_EVENTS.c.id)
            .limit(CHUNK)
        ).mappings()
    ]
    rows = [_alone(row) for row in before]
    delta = Delta()
    _change(session, rows, before, delta, of_one_person=False)
    delta.apply(session)
    last: int | None = before[-1]["id"] if before else None
    return last


def _alone(row: Row) -> Row:
    """An event of nobody, judged again by itself; what was seen beside others is believed."""
    rule = BY_NAME.get(row["rule"])
    judged = dict(row)
    if rule is None or not rule.needs_delivery:
        label([judged])
    return judged


def _change(
    session: Session, rows: list[Row], before: list[Row], delta: Delta, *, of_one_person: bool
) -> None:
    delta.add(before, of_one_person=of_one_person, sign=-1)
    delta.add(rows, of_one_person=of_one_person)
    relabel(session, rows, before)
