"""Erase people when time has passed: who left, where a publication says so, and who never confirmed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from newsletter import audit
from newsletter.audit.record import SYSTEM
from newsletter.core import clock
from newsletter.core.db import reading, truncate_log
from newsletter.publications.models import Publication
from newsletter.subscribers.blank import lock_subscriptions
from newsletter.subscribers.erase import erase
from newsletter.subscribers.exports.process import forget_exports
from newsletter.subscribers.imports.interrupt import interrupt_imports
from newsletter.subscribers.models import (
    ConsentKind,
    ConsentRecord,
    EndReason,
    State,
    Subscriber,
    Subscription,
)
from newsletter.subscribers.pause import months_later
from newsletter.subscribers.personal_files import PersonalFiles

MOST_SECONDS = 10.0  # of a run: other checks wait for it
AT_ONCE = 200
# Whoever has such a record once agreed, or somebody vouched for it: a later request that expired is not all.
AGREED = (ConsentKind.CONFIRMED, ConsentKind.RENEWED, ConsentKind.IMPORTED, ConsentKind.VOUCHED)

IsDue = Callable[[type[Subscription]], ColumnElement[bool]]


class Rule(NamedTuple):
    """When a publication forgets who left (None: never), and sign-ups that ended as nobody confirmed them."""

    months: int | None
    expired_days: int


def apply_retention(sessions: sessionmaker[Session], files: PersonalFiles) -> int:
    """Erase whoever is due, one in a transaction, for some seconds; how many. The next run does the rest.

    Somebody who left stays among the suppressions by a hash, as with any erasure. Somebody who never
    confirmed does not: anybody may have typed their address, and they may still sign up.
    """
    stop, erased = clock.monotonic() + MOST_SECONDS, 0
    of_publication: Counter[int] = Counter()
    with reading(), sessions() as session:
        due = find_due(session)
    try:
        for subscriber_id in due:
            if clock.monotonic() > stop:
                break
            with sessions() as session:
                publications = _erase_if_due(session, subscriber_id, files)
                if publications:
                    session.commit()
            of_publication.update(publications)
            erased += bool(publications)
    finally:
        if erased:
            _tell(sessions, of_publication)
    return erased


def _erase_if_due(session: Session, subscriber_id: int, files: PersonalFiles) -> Sequence[int]:
    """The publications that they had left; none when they are not erased."""
    interrupt_imports(session)  # both before any person is locked, as `erase` does
    forget_exports(session)
    # Locked, then asked again: they may have come back a moment ago.
    person = session.get(Subscriber, subscriber_id, with_for_update=True, populate_existing=True)
    lock_subscriptions(session, subscriber_id)
    if person is None or subscriber_id not in find_due(session, subscriber_id):
        return []
    publications = session.scalars(
        select(Subscription.publication_id).where(Subscription.subscriber_id == subscriber_id)
    ).all()
    keeps_out = not _only_asked(session, subscriber_id)
    erase(session, subscriber_id, actor=SYSTEM, files=files, keeps_out=keeps_out)
    return publications


def _tell(sessions: sessionmaker[Session], of_publication: Counter[int]) -> None:
    with sessions() as session:
        for publication_id, people in sorted(of_publication.items()):
            audit.record(
                session,
                "publication.people_erased",
                "publication",
                publication_id,
                actor=SYSTEM,
                people=people,
            )
        session.commit()
        truncate_log(session)


def find_due(session: Session, subscriber_id: int | None = None) -> Sequence[int]:
    """The ids of at most `AT_ONCE` people of whom every subscription is due, longest known first.

    Where an id is given, that one if it is due.
    """
    query = _people_due(_is_due(_rules(session), clock.now()))
    if subscriber_id is not None:
        query = query.where(Subscriber.id == subscriber_id)
    return session.scalars(query.order_by(Subscriber.id).limit(AT_ONCE)).all()


def count_due(session: Session, publication_id: int, rule: Rule) -> int:
    """How many people of a publication would be erased now if `rule` were its rule."""
    is_due = _is_due(_rules(session) | {publication_id: rule}, clock.now())
    theirs = select(Subscription.subscriber_id).where(Subscription.publication_id == publication_id)
    due = _people_due(is_due).where(Subscriber.id.in_(theirs))
    return session.scalar(select(func.count()).select_from(due.subquery())) or 0


def _rules(session: Session) -> dict[int, Rule]:
    """The rule of each publication, by id."""
    columns = (Publication.id, Publication.erase_after_months, Publication.erase_expired_after_days)
    return {id_: Rule(months, days) for id_, months, days in session.execute(select(*columns))}


def _people_due(is_due: IsDue) -> Select[int]:
    """The ids of people of whom every subscription is due, and at least one."""
    other = aliased(Subscription)
    kept = exists().where(other.subscriber_id == Subscriber.id, ~is_due(other))
    return select(Subscriber.id).where(
        Subscriber.erased_at.is_(None),
        Subscriber.email.is_not(None),
        Subscriber.id.in_(select(Subscription.subscriber_id).where(is_due(Subscription))),
        ~kept,
    )


def _is_due(rules: Mapping[int, Rule], now: datetime) -> IsDue:
    """Whether a subscription has ended so long ago that its publication does not want to know of it."""
    left = {id_: months_later(now, -rule.months) for id_, rule in rules.items() if rule.months is not None}
    by_days: dict[int, list[int]] = {}
    for id_, rule in rules.items():
        by_days.setdefault(rule.expired_days, []).append(id_)

    def is_due(of: type[Subscription]) -> ColumnElement[bool]:
        long_expired = [
            and_(of.publication_id.in_(ids), of.ended_at <= now - timedelta(days=days))
            for days, ids in by_days.items()
        ]
        never_confirmed = and_(
            of.ended_reason == EndReason.EXPIRED,
            or_(false(), *long_expired),
            ~exists().where(ConsentRecord.subscription_id == of.id, ConsentRecord.kind.in_(AGREED)),
        )
        long_gone = (and_(of.publication_id == id_, of.ended_at <= at) for id_, at in left.items())
        return and_(of.state == State.ENDED, of.ended_at.is_not(None), or_(never_confirmed, *long_gone))

    return is_due


def _only_asked(session: Session, subscriber_id: int) -> bool:
    """Whether nothing is known of them but requests that expired."""
    more = (
        select(Subscription.id)
        .outerjoin(ConsentRecord, ConsentRecord.subscription_id == Subscription.id)
        .where(
            Subscription.subscriber_id == subscriber_id,
            or_(
                Subscription.ended_reason != EndReason.EXPIRED,
                ConsentRecord.kind != ConsentKind.REQUESTED,
            ),
        )
    )
    return session.scalar(more.limit(1)) is None
