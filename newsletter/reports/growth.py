"""How a publication grows: who came from where, who left and why, and what remains, by week or month.

Days are those of the publication's zone. What people agreed to is never changed, so past weeks stay as they
were; only endings by an editor or an erasure are read from the subscription, and those who came back since
are no longer among them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.core.zones import zone_or_utc
from newsletter.publications.models import Publication
from newsletter.subscribers.models import ConsentKind, ConsentRecord, EndReason, State, Subscription

MOST_PERIODS = 520  # ten years of weeks
EARLIEST, LATEST = date(1970, 1, 1), date(2999, 12, 31)  # of which every zone has all days
KINDS = (
    *(ConsentKind.REQUESTED, ConsentKind.CONFIRMED, ConsentKind.IMPORTED, ConsentKind.VOUCHED),
    *(ConsentKind.RENEWED, ConsentKind.WITHDRAWN),
)
# With these a subscription is active.
BEGINS = frozenset({ConsentKind.CONFIRMED, ConsentKind.IMPORTED, ConsentKind.VOUCHED, ConsentKind.RENEWED})
SIGN_UPS = frozenset({ConsentKind.REQUESTED, ConsentKind.IMPORTED, ConsentKind.VOUCHED})


class Period(StrEnum):
    """What one row of the report is about; weeks begin on Monday (ISO 8601)."""

    WEEK = "week"
    MONTH = "month"

    def start_of(self, day: date) -> date:
        """The first day of the period with `day` in it."""
        return day - timedelta(days=day.weekday()) if self is Period.WEEK else day.replace(day=1)

    def after(self, start: date) -> date:
        """The first day of the next period."""
        if self is Period.WEEK:
            return start + timedelta(days=7)
        return (start + timedelta(days=31)).replace(day=1)


@dataclass(slots=True)
class PeriodGrowth:
    """One week or month. `sign_ups` by source, `left` by reason; `joined`: who became active."""

    start: date
    sign_ups: Counter[str] = field(default_factory=Counter)
    confirmed: int = 0
    joined: int = 0
    left: Counter[str] = field(default_factory=Counter)

    @property
    def net(self) -> int:
        """By how many the publication grew."""
        return self.joined - self.left.total()

    def as_json(self) -> dict[str, Any]:
        return {
            "start": self.start.isoformat(),
            "sign_ups": dict(sorted(self.sign_ups.items())),
            "confirmed": self.confirmed,
            "joined": self.joined,
            "left": dict(sorted(self.left.items())),
            "net": self.net,
        }


@dataclass(frozen=True, slots=True)
class Growth:
    """The growth of a publication from `first` to `last`, both included. `active`: how many are now."""

    publication: str
    period: Period
    first: date
    last: date
    active: int
    periods: list[PeriodGrowth]

    @property
    def total(self) -> PeriodGrowth:
        """All periods together."""
        whole = PeriodGrowth(self.first)
        for each in self.periods:
            whole.sign_ups += each.sign_ups
            whole.left += each.left
            whole.confirmed += each.confirmed
            whole.joined += each.joined
        return whole

    def as_json(self) -> dict[str, Any]:
        return {
            "publication": self.publication,
            "period": self.period,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "active": self.active,
            "total": {key: value for key, value in self.total.as_json().items() if key != "start"},
            "periods": [each.as_json() for each in self.periods],
        }


def recent(period: Period, zone: str) -> tuple[date, date]:
    """The first and the last day of what is shown unasked: half a year by weeks, a year by months."""
    today = clock.now().astimezone(zone_or_utc(zone)).date()
    if period is Period.WEEK:
        return period.start_of(today) - timedelta(weeks=25), today
    return today.replace(year=today.year - 1, day=1), today


def moments_between(publication: Publication, first: date, last: date) -> tuple[datetime, datetime]:
    """When the day `first` begins in the publication's zone, and when `last` is over."""
    zone = zone_or_utc(publication.timezone)
    return (
        datetime.combine(first, time(), zone).astimezone(UTC),
        datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC),
    )


def growth(session: Session, publication: Publication, first: date, last: date, period: Period) -> Growth:
    """The growth of `publication` between two days of its zone. Raises `Refused`."""
    if not EARLIEST <= first <= last <= LATEST:
        message = f"Enter a first day and a last day that is not before it, from {EARLIEST} to {LATEST}."
        raise Refused("period", message)
    starts = list(_starts(first, last, period))
    rows = {start: PeriodGrowth(start) for start in starts}
    zone = zone_or_utc(publication.timezone)
    since, until = moments_between(publication, first, last)

    def of(hour: str) -> PeriodGrowth:
        day = datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone).date()
        return rows[max(starts[0], period.start_of(min(max(day, first), last)))]

    for hour, kind, source, n in _consents(session, publication.id, since, until):
        row = of(hour)
        if kind in SIGN_UPS:
            row.sign_ups[source] += n
        if kind is ConsentKind.CONFIRMED:
            row.confirmed += n
        if kind in BEGINS:
            row.joined += n
        if kind is ConsentKind.WITHDRAWN:
            row.left[EndReason.UNSUBSCRIBED] += n
    for hour, reason, n in _endings(session, publication.id, since, until):
        of(hour).left[reason or ""] += n
    return Growth(
        publication.slug, period, first, last, _active(session, publication.id), list(rows.values())
    )


def _starts(first: date, last: date, period: Period) -> Iterator[date]:
    start = period.start_of(first)
    for _ in range(MOST_PERIODS):
        yield start
        start = period.after(start)
        if start > last:
            return
    raise Refused("period", f"That is more than {MOST_PERIODS} rows: choose months, or fewer days.")


def _hour(session: Session, moment: Any) -> ColumnElement[str]:
    """The hour of a moment in UTC as text, such as `2026-11-30 22`."""
    if session.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", moment), "YYYY-MM-DD HH24")
    return func.strftime("%Y-%m-%d %H", moment)


def _consents(
    session: Session, publication_id: int, since: datetime, until: datetime
) -> Sequence[Row[str, ConsentKind, str, int]]:
    hour = _hour(session, ConsentRecord.at).label("hour")
    is_over = ConsentRecord.kind == ConsentKind.WITHDRAWN
    return session.execute(
        select(hour, ConsentRecord.kind, ConsentRecord.source, func.count())
        .join(Subscription, Subscription.id == ConsentRecord.subscription_id)
        .where(
            Subscription.publication_id == publication_id,
            ConsentRecord.kind.in_(KINDS),
            ConsentRecord.at >= since,
            ConsentRecord.at < until,
            # Who never confirmed did not begin, and so does not leave.
            ~is_over | Subscription.confirmed_at.is_not(None),
        )
        .group_by(hour, ConsentRecord.kind, ConsentRecord.source)
    ).all()


def _endings(
    session: Session, publication_id: int, since: datetime, until: datetime
) -> Sequence[Row[str, EndReason | None, int]]:
    """Endings that readers did not bring about themselves, of subscriptions that had begun."""
    hour = _hour(session, Subscription.ended_at).label("hour")
    by_themself = exists().where(
        ConsentRecord.subscription_id == Subscription.id,
        ConsentRecord.kind == ConsentKind.WITHDRAWN,
        ConsentRecord.at >= Subscription.confirmed_at,
    )
    return session.execute(
        select(hour, Subscription.ended_reason, func.count())
        .where(
            Subscription.publication_id == publication_id,
            Subscription.ended_at >= since,
            Subscription.ended_at < until,
            Subscription.ended_reason.not_in([EndReason.UNSUBSCRIBED, EndReason.EXPIRED]),
            Subscription.confirmed_at.is_not(None),
            ~by_themself,
        )
        .group_by(hour, Subscription.ended_reason)
    ).all()


def _active(session: Session, publication_id: int) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                Subscription.publication_id == publication_id, Subscription.state == State.ACTIVE
            )
        )
        or 0
    )
