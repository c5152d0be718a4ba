"""A month of a publication: what was sent, what is scheduled, and on which dates issues are due."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.cadence.dates import DueDate, dates_between
from newsletter.core import clock
from newsletter.core.zones import zone_or_utc
from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class CalendarEntry:
    """Something at a time: an issue that has a mailing; or a date to come, with its draft if there is one."""

    at: datetime
    issue: Issue | None
    mailing: Mailing | None
    due: DueDate | None


def month_entries(session: Session, publication: Publication, first: date) -> list[CalendarEntry]:
    """The month that begins with the day `first`, in the publication's zone, in the order of time.

    A date is no entry of its own once an issue is scheduled for it.
    """
    begin, end = _moment(first, publication), _moment(next_month(first), publication)
    rows = session.execute(
        select(Issue, Mailing)
        .join(Mailing, Mailing.issue_id == Issue.id)
        .where(
            Mailing.publication_id == publication.id,
            Mailing.state != MailingState.CANCELLED,
            Mailing.scheduled_at >= begin,
            Mailing.scheduled_at < end,
        )
    )
    entries = [CalendarEntry(mailing.scheduled_at, issue, mailing, None) for issue, mailing in rows]
    after = max(begin - A_MOMENT, clock.now())
    entries += [
        CalendarEntry(due.at, due.issue, None, due)
        for due in dates_between(session, publication, after, end - A_MOMENT)
        if due.mailing is None
    ]
    return sorted(entries, key=lambda entry: entry.at)


def next_month(first: date) -> date:
    """The first day of the month after that of `first`."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(first: date) -> date:
    """The first day of the month before that of `first`."""
    return (first.replace(day=1) - timedelta(days=1)).replace(day=1)


def _moment(day: date, publication: Publication) -> datetime:
    return datetime.combine(day, time(), zone_or_utc(publication.timezone))
