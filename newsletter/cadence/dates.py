"""The next dates of a publication, and what there is for each: a draft, a scheduled mailing, nothing yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.cadence.models import Cadence, PlannedIssue, SkippedDate
from newsletter.cadence.rule import Occurrence, load_rule
from newsletter.core.zones import zone_or_utc
from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication

NEXT = 10


@dataclass(frozen=True)
class DueDate:
    """A date of a cadence. `issue`: the draft that was made for it, or the issue that is scheduled then."""

    day: date
    at: datetime
    skipped: bool
    issue: Issue | None
    mailing: Mailing | None


def next_dates(
    session: Session, publication: Publication, after: datetime, *, number: int = NEXT
) -> list[DueDate]:
    """The next `number` dates after the moment `after`, skipped ones among them; none without a cadence."""
    cadence = session.get(Cadence, publication.id)
    if cadence is None:
        return []
    occurrences = load_rule(cadence.rule).occurrences(after)
    return _with_issues(session, cadence, [next(occurrences) for _ in range(number)])


def dates_between(
    session: Session, publication: Publication, after: datetime, until: datetime
) -> list[DueDate]:
    """The dates after the moment `after`, up to `until`."""
    cadence = session.get(Cadence, publication.id)
    if cadence is None:
        return []
    due = takewhile(lambda each: each.at <= until, load_rule(cadence.rule).occurrences(after))
    return _with_issues(session, cadence, list(due))


def next_due(session: Session, publication: Publication, after: datetime) -> DueDate | None:
    """The first date after the moment `after` that is not skipped."""
    dates = next_dates(session, publication, after)
    return next((due for due in dates if not due.skipped), None)


def _with_issues(session: Session, cadence: Cadence, occurrences: list[Occurrence]) -> list[DueDate]:
    if not occurrences:
        return []
    days = [occurrence.day for occurrence in occurrences]
    of_publication = SkippedDate.publication_id == cadence.publication_id
    skipped = set(session.scalars(select(SkippedDate.day).where(of_publication, SkippedDate.day.in_(days))))
    scheduled = _scheduled(session, cadence, occurrences)
    planned = _planned(session, cadence, days)
    return list(_due(occurrences, skipped, scheduled, planned))


def _due(
    occurrences: list[Occurrence],
    skipped: set[date],
    scheduled: dict[date, tuple[Issue, Mailing]],
    planned: dict[date, tuple[Issue, Mailing | None]],
) -> Iterator[DueDate]:
    for occurrence in occurrences:
        day = occurrence.day
        issue, mailing = planned.get(day, (None, None))
        if mailing is None and day in scheduled:
            issue, mailing = scheduled[day]
        yield DueDate(day, occurrence.at, day in skipped, issue, mailing)


def _scheduled(
    session: Session, cadence: Cadence, occurrences: list[Occurrence]
) -> dict[date, tuple[Issue, Mailing]]:
    """What is sent on each day of the zone of the cadence, at whatever time."""
    zone, a_day = zone_or_utc(load_rule(cadence.rule).zone), timedelta(days=1)
    rows = session.execute(
        select(Issue, Mailing)
        .join(Mailing, Mailing.issue_id == Issue.id)
        .where(
            Mailing.publication_id == cadence.publication_id,
            Mailing.state != MailingState.CANCELLED,
            Issue.is_regular,
            Mailing.scheduled_at.between(occurrences[0].at - a_day, occurrences[-1].at + a_day),
        )
        .order_by(Mailing.scheduled_at.desc())
    )
    return {mailing.scheduled_at.astimezone(zone).date(): (issue, mailing) for issue, mailing in rows}


def _planned(
    session: Session, cadence: Cadence, days: list[date]
) -> dict[date, tuple[Issue, Mailing | None]]:
    """The draft that was made for each day, with the mailing that it has by now."""
    rows = session.execute(
        select(PlannedIssue.day, Issue, Mailing)
        .join(Issue, Issue.id == PlannedIssue.issue_id)
        .outerjoin(Mailing, (Mailing.issue_id == Issue.id) & (Mailing.state != MailingState.CANCELLED))
        .where(PlannedIssue.publication_id == cadence.publication_id, PlannedIssue.day.in_(days))
    )
    return {day: (issue, mailing) for day, issue, mailing in rows}
