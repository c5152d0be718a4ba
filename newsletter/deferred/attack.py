"""Attack mode: while far more people than usual seem to sign up, their browsers have to prove some work.

Sign-ups are counted by ten minutes. An attack begins when as many come in ten minutes as `threshold` says,
and is over after half an hour with less than half of that. Both are written in the audit. What came meanwhile
does not count as usual.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.audit.record import SYSTEM
from newsletter.core import clock
from newsletter.deferred.models import SignUpCount
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import Publication

PERIOD = timedelta(minutes=10)
USUAL_DAYS = timedelta(days=28)
TIMES_USUAL = 3
FEWEST = 60  # in a period: a link in a big newsletter brings as many, and then nobody is annoyed
CALM = timedelta(minutes=30)


def count_sign_up(session: Session, publication_id: int) -> None:
    """Count one that was asked for now; the caller commits."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    one = {"publication_id": publication_id, "period": period_of(clock.now()), "asked": 1, "attacked": False}
    session.execute(
        insert(SignUpCount)
        .values(one)
        .on_conflict_do_update(
            index_elements=["publication_id", "period"], set_={"asked": SignUpCount.asked + 1}
        )
    )


def period_of(moment: datetime) -> datetime:
    """The first moment of the ten minutes that `moment` is in."""
    return moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)


def threshold(session: Session, publication_id: int) -> int:
    """So many in ten minutes are an attack: three times the most of the last 28 days, and at least 60."""
    now = clock.now()
    usual = session.scalar(
        select(func.max(SignUpCount.asked)).where(
            SignUpCount.publication_id == publication_id,
            SignUpCount.period >= now - USUAL_DAYS,
            SignUpCount.period < period_of(now) - PERIOD,
            ~SignUpCount.attacked,
        )
    )
    return max(FEWEST, TIMES_USUAL * (usual or 0))


def watch(session: Session) -> None:
    """Turn the mode of each publication on or off, as its last sign-ups say; the caller commits."""
    lately = SignUpCount.period >= clock.now() - CALM - PERIOD
    counted = select(SignUpCount.publication_id).where(lately)
    either = Publication.under_attack_since.is_not(None) | Publication.id.in_(counted)
    for publication_id in session.scalars(
        select(Publication.id).where(either).order_by(Publication.id)
    ).all():
        _judge(session, publication_id)


def forget_old_counts(session: Session) -> None:
    """Forget what no threshold depends on any more; the caller commits."""
    session.execute(delete(SignUpCount).where(SignUpCount.period < clock.now() - USUAL_DAYS - PERIOD))


def _judge(session: Session, publication_id: int) -> None:
    now = clock.now()
    limit = threshold(session, publication_id)
    publication = session.get_one(Publication, publication_id)
    if publication.under_attack_since is None:
        most = _most_since(session, publication_id, period_of(now) - PERIOD)
        if most >= limit:
            _change(session, publication_id, now, asked=most, usual=limit // TIMES_USUAL)
    elif now - publication.under_attack_since >= CALM:
        _mark(session, publication_id, publication.under_attack_since)
        most = _most_since(session, publication_id, period_of(now - CALM))
        if most < limit / 2:
            _change(session, publication_id, None, asked=most, usual=limit // TIMES_USUAL)


def _most_since(session: Session, publication_id: int, since: datetime) -> int:
    asked = select(func.max(SignUpCount.asked)).where(
        SignUpCount.publication_id == publication_id, SignUpCount.period >= since
    )
    return session.scalar(asked) or 0


def _change(session: Session, publication_id: int, since: datetime | None, *, asked: int, usual: int) -> None:
    publication = lock_publication(session, publication_id)
    if (publication.under_attack_since is None) == (since is None):
        return  # somebody else was quicker
    publication.under_attack_since = since
    if since is not None:
        _mark(session, publication_id, since)
    action = "sign_ups.attack_over" if since is None else "sign_ups.attack_began"
    audit.record(session, action, "publication", publication_id, actor=SYSTEM, asked=asked, usual=usual)
    session.flush()


def _mark(session: Session, publication_id: int, since: datetime) -> None:
    """What comes during an attack is not usual, nor are the minutes before it was seen."""
    during = SignUpCount.period >= period_of(since) - PERIOD
    session.execute(
        update(SignUpCount)
        .where(SignUpCount.publication_id == publication_id, during)
        .values(attacked=True)
        .execution_options(synchronize_session=False)
    )
