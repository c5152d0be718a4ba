"""Mail the report of a mailing to the team the day after it was over, once.

Runs every minute on each host that has a periodic worker. That it was mailed is a row, made in the same
transaction as the messages, so that of two hosts one does it, and one that dies has done nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from newsletter.core import clock
from newsletter.core.db import reading
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication
from newsletter.reports.mailing import MailingReport, mailing_report
from newsletter.reports.models import ReportMail

KIND = "mailing_report"
AFTER = timedelta(hours=24)
# What was over earlier is old news: from before reports were mailed, or while nothing ran for days.
NO_LATER_THAN = timedelta(days=4)


def mail_due_reports(sessions: sessionmaker[Session]) -> None:
    """Mail the report of every mailing that is due. Commits after each."""
    with reading(), sessions() as session:
        due = list(session.scalars(select(Mailing.id).where(_is_due(clock.now())).order_by(Mailing.id)))
    for mailing_id in due:
        _mail_report(sessions, mailing_id)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return and_(
        Mailing.state == MailingState.FINISHED,
        Mailing.finished_at <= now - AFTER,
        Mailing.finished_at > now - NO_LATER_THAN,
        Mailing.id.not_in(select(ReportMail.mailing_id)),
    )


def _mail_report(sessions: sessionmaker[Session], mailing_id: int) -> None:
    with reading(), sessions() as session:  # before the lock: it may take a moment
        report = mailing_report(session, mailing_id)
    with sessions() as session:
        # Somebody may have had its rejected sent to again since it was found.
        if session.scalar(select(Mailing.id).where(Mailing.id == mailing_id, _is_due(clock.now()))):
            _claim_and_post(session, mailing_id, report)


def _claim_and_post(session: Session, mailing_id: int, report: MailingReport) -> None:
    try:
        session.add(ReportMail(mailing_id=mailing_id))
        session.flush()
    except IntegrityError:  # another host was first
        session.rollback()
        return
    _post(session, session.get_one(Mailing, mailing_id), report)
    session.commit()


def _post(session: Session, mailing: Mailing, report: MailingReport) -> None:
    """Write to everybody on the team who wants reports."""
    # Imported when it is needed: what shapes the accounts takes as long to import as all the rest.
    from newsletter.accounts.permissions import Permission
    from newsletter.accounts.post_to_team import post_to_team

    publication = session.get_one(Publication, mailing.publication_id)
    post_to_team(
        session,
        KIND,
        lambda user: user.report_mail and user.may(Permission.VIEW),
        publication_id=publication.id,
        locale=publication.language,
        facts={
            "mailing_id": mailing.id,
            "due_at": (mailing.started_at or mailing.scheduled_at).isoformat(),
            "figures": report_figures(report),
        },
    )


def report_figures(report: MailingReport) -> list[list[Any]]:
    """The numbers of the message: a word for each, how many, and of how many."""
    figures, came_back = report.figures, report.came_back
    rates = {
        "clicks": figures.clicks,
        "unsubscribes": figures.unsubscribes,
        "complaints": came_back.complaints,
        "rejected": figures.rejected,
        "bounced": came_back.bounced,
    }
    counted = [[name, rate.count, rate.of] for name, rate in rates.items() if rate is not None]
    return [["sent", figures.sent, report.totals.written_to], *counted]
