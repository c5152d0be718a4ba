"""How fast a mailing goes, how long it will take, and whether anybody still works on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core import clock
from newsletter.mailings.models import Control, Delivery, DeliveryRetry, Mailing, MailingState, SendWindow
from newsletter.mailings.totals import DisplayedState, MailingTotals

# A window starts its last message 60 seconds after it was reserved; a reply may take its time after that.
SILENT_AFTER_SECONDS = 90
# A second is too short to divide by.
MEASURABLE_SECONDS = 2.0
LAST_PLACES = 1_000
# When that share of the people had their answer, all was done but for some retries.
MOST = 0.95
SAMPLE = 400
LONG_RETRY_SECONDS = 60


@dataclass(frozen=True)
class Progress:
    """`rate`: answered a second, on average since the start; `seconds_left` at that rate. Neither is known,
    and `elapsed` says nothing, once a mailing that was finished went on because somebody asked for it.

    `mostly_done`: the seconds until `MOST` of the people had their answer, for a finished mailing whose last
    retries took much longer than that; `rate` is then of these seconds.

    `silent_seconds`: how long no process has done anything although there is work; None while some
    does. `next_retry`: when the next person who was refused for now is tried again.
    """

    elapsed: float | None
    mostly_done: float | None
    rate: float | None
    seconds_left: int | None
    silent_seconds: int | None
    next_retry: datetime | None


def progress(session: Session, mailing: Mailing, totals: MailingTotals) -> Progress:
    """The progress of `mailing`, whose totals are `totals`."""
    now = clock.now()
    elapsed = None if _went_on(session, mailing) else _elapsed(mailing, now)
    mostly_done = _mostly_done(session, mailing, elapsed) if elapsed and totals.over else None
    measured = mostly_done or elapsed
    rate = _answered(totals) / measured if measured and measured >= MEASURABLE_SECONDS else None
    next_retry = _next_retry(session, mailing.id) if not totals.over else None
    silent = _silent_seconds(session, mailing, totals, next_retry, now)
    going = totals.state is DisplayedState.SENDING and silent is None
    left = totals.pending + totals.in_flight
    seconds_left = round(left / rate) if going and rate and left else None
    return Progress(elapsed, mostly_done, rate, seconds_left, silent, next_retry)


def _answered(totals: MailingTotals) -> int:
    return totals.sent + totals.rejected + totals.unanswered


def _went_on(session: Session, mailing: Mailing) -> bool:
    """Whether it was finished before: the time in which nobody wanted anything is no measure of its speed."""
    ends = session.scalars(
        select(func.count()).where(
            AuditEntry.subject_kind == "mailing",
            AuditEntry.subject_id == mailing.id,
            AuditEntry.action == f"mailing.{MailingState.FINISHED}",
        )
    ).one()
    return ends > (mailing.state is MailingState.FINISHED)


def _elapsed(mailing: Mailing, now: datetime) -> float | None:
    if mailing.started_at is None:
        return None
    return max(0.0, ((mailing.finished_at or now) - mailing.started_at).total_seconds())


def _mostly_done(session: Session, mailing: Mailing, elapsed: float) -> float | None:
    """See `Progress`. It looks at `SAMPLE` people at even distances: a mailing can have millions."""
    step = max(1, mailing.members // SAMPLE)
    places = range(1, mailing.members + 1, step)
    answered = select(Delivery.at).where(
        Delivery.mailing_id == mailing.id, Delivery.seq.in_(places), Delivery.at.is_not(None)
    )
    moments = [moment for moment in session.scalars(answered.order_by(Delivery.at)) if moment]
    if mailing.started_at is None or not moments:
        return None
    until = (moments[int((len(moments) - 1) * MOST)] - mailing.started_at).total_seconds()
    return until if elapsed > 2 * until + LONG_RETRY_SECONDS else None


def _next_retry(session: Session, mailing_id: int) -> datetime | None:
    return session.scalar(
        select(func.min(DeliveryRetry.due)).where(
            DeliveryRetry.mailing_id == mailing_id, DeliveryRetry.window_id.is_(None)
        )
    )


def _silent_seconds(
    session: Session, mailing: Mailing, totals: MailingTotals, next_retry: datetime | None, now: datetime
) -> int | None:
    since = _work_since(mailing, totals, next_retry)
    if since is None or (now - since).total_seconds() < SILENT_AFTER_SECONDS:
        return None
    silent = (now - max([since, *_last_moments(session, mailing)])).total_seconds()
    return round(silent) if silent >= SILENT_AFTER_SECONDS else None


def _work_since(mailing: Mailing, totals: MailingTotals, next_retry: datetime | None) -> datetime | None:
    """Since when there is something for a process to do; None when there is nothing, or we cannot know."""
    if mailing.state is MailingState.SCHEDULED:
        return mailing.scheduled_at if mailing.control is Control.GO else None
    if mailing.state is not MailingState.SENDING:
        return None
    if totals.in_flight:
        return mailing.started_at
    if mailing.control is not Control.GO:
        return None
    return mailing.started_at if mailing.next_seq <= mailing.members else next_retry


def _last_moments(session: Session, mailing: Mailing) -> list[datetime]:
    """Moments at which something is known to have happened: reserved, answered, or ordered by a person."""
    reserved = select(func.max(SendWindow.reserved_at)).where(SendWindow.mailing_id == mailing.id)
    # Places are reserved in order, so the newest outcomes are among the last of them.
    answered = select(func.max(Delivery.at)).where(
        Delivery.mailing_id == mailing.id,
        Delivery.seq.between(mailing.next_seq - LAST_PLACES, mailing.next_seq),
    )
    ordered = select(func.max(AuditEntry.at)).where(
        AuditEntry.subject_kind == "mailing", AuditEntry.subject_id == mailing.id
    )
    moments = [session.scalar(query) for query in (reserved, answered, ordered)]
    return [moment for moment in moments if moment is not None]
