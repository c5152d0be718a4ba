"""Count the deliveries of each mailing by mailbox provider, so that reports need not read a million of them.

A mailing is counted while it is being sent, when it is over, and again as bounces, complaints and clicks come
in: each hour for two days, then each day. Every count reads the whole mailing, without a lock, and replaces
the last one: it may be lost or done twice. After `LAST` what it rests on begins to be deleted, and the last
count stays.
"""

import hashlib
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import lock_name, reading
from newsletter.feedback.circuit_breaker import SMTP
from newsletter.feedback.events import EventKind as FeedbackKind
from newsletter.feedback.models import FeedbackRecord
from newsletter.mailings.domains import domain_of
from newsletter.mailings.models import DeferredDelivery, Delivery, Mailing, MailingState, Outcome
from newsletter.reports.came_back import BOUNCES
from newsletter.reports.models import ProviderCount, ProviderCounting
from newsletter.subscribers.models import Subscriber
from newsletter.tracking.models import EventKind, Label, TrackingEvent
from newsletter.transports.providers import provider_of

WHILE_SENDING = timedelta(minutes=10)
OFTEN, OFTEN_FOR = timedelta(hours=1), timedelta(days=2)
SELDOM = timedelta(days=1)
LAST = timedelta(days=85)  # after the mailing began; single clicks are kept for 90 days
MOST_DOMAINS = 10  # that are named besides the providers
FEWEST_PEOPLE = 20  # of a domain that is named

Counts = defaultdict[str, Counter[str]]  # by receiver, then by column
_LOCK = hashlib.sha256(b"provider counts").hexdigest()


def count_due_mailings(sessions: sessionmaker[Session]) -> None:
    """Count every mailing that is due. Commits after each."""
    now = clock.now()
    with reading(), sessions() as session:
        due = [
            mailing_id
            for mailing_id, state, finished_at, counted_at in session.execute(_recent(now))
            if _is_due(now, state, finished_at, counted_at)
        ]
    for mailing_id in due:
        count_mailing(sessions, mailing_id)


def count_mailing(sessions: sessionmaker[Session], mailing_id: int) -> None:
    """Count one mailing by provider. Commits."""
    now = clock.now()
    with reading(), sessions() as session:
        counts = _by_receiver(_by_domain(session, mailing_id))
    with sessions() as session:
        lock_name(session, _LOCK)
        session.execute(delete(ProviderCount).where(ProviderCount.mailing_id == mailing_id))
        session.add_all(
            ProviderCount(mailing_id=mailing_id, receiver=receiver, **numbers)
            for receiver, numbers in counts.items()
        )
        session.merge(ProviderCounting(mailing_id=mailing_id, counted_at=now))
        session.commit()


def _recent(now: datetime) -> Select[int, MailingState, datetime | None, datetime]:
    """The mailings that may be counted; the last moment is None before the first count."""
    return (
        select(Mailing.id, Mailing.state, Mailing.finished_at, ProviderCounting.counted_at)
        .outerjoin(ProviderCounting, ProviderCounting.mailing_id == Mailing.id)
        .where(Mailing.started_at > now - LAST)
        .order_by(Mailing.id)
    )


def _is_due(
    now: datetime, state: MailingState, finished_at: datetime | None, counted_at: datetime | None
) -> bool:
    if counted_at is None:
        return True
    if finished_at is None:
        return state is MailingState.SENDING and counted_at <= now - WHILE_SENDING
    pause = OFTEN if now - finished_at < OFTEN_FOR else SELDOM
    return counted_at < finished_at or counted_at <= now - pause


def _by_domain(session: Session, mailing_id: int) -> Counts:
    """The numbers of each domain; that of erased people is empty."""
    counts: Counts = defaultdict(Counter)
    for statement in (
        _ledger(session, mailing_id),
        _deferred(session, mailing_id),
        _feedback(session, mailing_id),
        _clicks(session, mailing_id),
    ):
        for row in session.execute(statement).mappings():
            numbers = {name: int(n) for name, n in row.items() if name != "domain" and n}
            counts[row["domain"] or ""].update(numbers)
    return counts


def _by_receiver(by_domain: Counts) -> Counts:
    """The same by provider; of other domains the largest are named, and the rest are one."""
    counts: Counts = defaultdict(Counter)
    others = Counter({domain: numbers["recipients"] for domain, numbers in by_domain.items()})
    for domain in [domain for domain in others if not domain or provider_of(domain)]:
        del others[domain]
    named = {domain for domain, n in others.most_common(MOST_DOMAINS) if n >= FEWEST_PEOPLE}
    for domain, numbers in by_domain.items():
        counts[provider_of(domain) or (domain if domain in named else "")].update(numbers)
    return counts


def _ledger(session: Session, mailing_id: int) -> Select[*tuple[Any, ...]]:
    return _of_people(session).add_columns(
        func.count().label("recipients"),
        _number(Delivery.outcome == Outcome.SENT).label("sent"),
        _number(Delivery.outcome == Outcome.REJECTED).label("rejected"),
    ).where(Delivery.mailing_id == mailing_id, Delivery.outcome != Outcome.EXCLUDED)  # fmt: skip


def _deferred(session: Session, mailing_id: int) -> Select[*tuple[Any, ...]]:
    same = (DeferredDelivery.mailing_id == Delivery.mailing_id) & (DeferredDelivery.seq == Delivery.seq)
    return (
        _of_people(session)
        .join(DeferredDelivery, same)
        .add_columns(func.count().label("deferred"))
        .where(DeferredDelivery.mailing_id == mailing_id, Delivery.outcome != Outcome.EXCLUDED)
    )


def _feedback(session: Session, mailing_id: int) -> Select[*tuple[Any, ...]]:
    same = (FeedbackRecord.mailing_id == Delivery.mailing_id) & (FeedbackRecord.seq == Delivery.seq)
    seq = FeedbackRecord.seq
    return (
        _of_people(session)
        .join(FeedbackRecord, same)
        .add_columns(
            _different(seq, FeedbackRecord.kind.in_(BOUNCES)).label("bounced"),
            _different(seq, FeedbackRecord.kind == FeedbackKind.COMPLAINT).label("complaints"),
        )
        .where(FeedbackRecord.mailing_id == mailing_id, FeedbackRecord.source != SMTP)
    )


def _clicks(session: Session, mailing_id: int) -> Select[*tuple[Any, ...]]:
    """Clicks of people who agreed to be known; whose others are is not kept."""
    domain = domain_of(session).label("domain")
    return (
        select(
            domain,
            func.count().label("clicks"),
            func.count(TrackingEvent.subscriber_id.distinct()).label("people"),
        )
        .select_from(TrackingEvent)
        .join(Subscriber, Subscriber.id == TrackingEvent.subscriber_id)
        .where(
            TrackingEvent.mailing_id == mailing_id,
            TrackingEvent.kind == EventKind.CLICK,
            TrackingEvent.label == Label.PERSON,
        )
        .group_by(domain)
    )


def _of_people(session: Session) -> Select[*tuple[Any, ...]]:
    domain = domain_of(session).label("domain")
    joined = Subscriber.id == Delivery.subscriber_id
    return select(domain).select_from(Delivery).join(Subscriber, joined).group_by(domain)


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _different(what: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, what)).distinct())
