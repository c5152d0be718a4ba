"""Make the summary of last month on the first day of each, and schedule it for nine o'clock.

Runs every hour on each host that has a periodic worker. `Publication.summarised_month` says what was done; it
is written in the same transaction and under the publication's lock, so that of two hosts one makes it.
"""

from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from newsletter import audit
from newsletter.approval.notify import tell_team
from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.core.errors import Refused
from newsletter.core.links import Links
from newsletter.core.zones import zone_or_utc
from newsletter.issues.create import free_slug
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.monthly.compose import compose_summary
from newsletter.monthly.month import at_time, month_before
from newsletter.publications.edit import lock_publication
from newsletter.publications.models import Publication
from newsletter.sending.check_runner import Check, CheckContext, Period
from newsletter.sending.schedule import schedule
from newsletter.sending.schedule_time import Moment
from newsletter.subscribers.models import State, Subscription

log = structlog.get_logger(__name__)

SENT_AT = time(9)
NOTICE = timedelta(hours=3)  # that the team has at least to read it


def make_due_summaries(sessions: sessionmaker[Session], links: Links) -> None:
    """Make the summary of last month for every publication that offers one and has not made it yet."""
    with reading(), sessions() as session:
        asked = session.scalars(
            select(Publication)
            .where(or_(Publication.monthly_summary, Publication.summarised_month.is_not(None)))
            .order_by(Publication.id)
        )
        due = [each.id for each in asked if _is_due(each, clock.now())]
    for publication_id in due:
        with sessions() as session:
            _make(session, lock_publication(session, publication_id), links)
            session.commit()


def _is_due(publication: Publication, now: datetime) -> bool:
    if not publication.monthly_summary:
        return publication.summarised_month is not None
    last = month_before(now.astimezone(zone_or_utc(publication.timezone)).date())
    return publication.summarised_month is None or publication.summarised_month < last


def _make(session: Session, publication: Publication, links: Links) -> None:
    now = clock.now()
    if not _is_due(publication, now):
        return  # another host was first
    today = now.astimezone(zone_or_utc(publication.timezone)).date()
    is_new, month = publication.summarised_month is None, month_before(today)
    publication.summarised_month = month if publication.monthly_summary else None
    # Last month was over when it was first offered.
    if is_new or not publication.monthly_summary or not _has_readers(session, publication):
        return
    document = compose_summary(session, publication, month, links)
    if document is None:
        return
    slug = free_slug(session, publication, document.slug)
    saved = save_document(
        session, publication, document.model_copy(update={"slug": slug}), author=audit.SYSTEM
    )
    issue = saved.issue
    issue.summary_month = month
    audit.record(session, "issue.created", "issue", issue.id, actor=audit.SYSTEM, title=document.title)
    session.flush()
    at = max(at_time(today.replace(day=1), SENT_AT, publication.timezone), now + NOTICE)
    _schedule(session, issue, Moment(at, publication.timezone), links)


def _schedule(session: Session, issue: Issue, when: Moment, links: Links) -> None:
    """Schedule it, or leave it as a draft where something keeps it from being sent; the team is told."""
    try:
        schedule(session, issue, when, links, actor=audit.SYSTEM)
    except Refused as error:
        log.warning("a monthly summary was not scheduled", issue=issue.id, problem=error.message)
        tell_team(session, "summary_held", issue, text=error.message)
    else:
        tell_team(session, "summary_scheduled", issue, due_at=when.at.isoformat(), zone=when.zone)


def _has_readers(session: Session, publication: Publication) -> bool:
    readers = select(Subscription.id).where(
        Subscription.publication_id == publication.id,
        Subscription.state == State.ACTIVE,
        Subscription.monthly,
    )
    return session.scalar(readers.limit(1)) is not None


def _check(context: CheckContext) -> None:
    if context.links is not None:
        make_due_summaries(context.sessions, context.links)


MAKE_SUMMARIES = Check(
    _check, Period.HOUR, "A month is over: readers of the monthly summary would get nothing."
)
