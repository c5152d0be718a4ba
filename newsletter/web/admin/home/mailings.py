"""Mailings as Home tells of them: those under way, in every publication, and the last one that is over."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.issues.models import Issue
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.mailings.progress import progress
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.publications.models import Publication
from newsletter.web.admin.words.mailing_progress import silence_sentence, speed_words, state_sentence

MOST = 10


@dataclass(frozen=True)
class UnderWay:
    """A mailing under way: its accounts, and how it goes, in words. `elsewhere` names another publication."""

    mailing: Mailing
    title: str
    elsewhere: str
    totals: MailingTotals
    sentence: str
    silence: str
    speed: list[str]


@dataclass(frozen=True)
class LastMailing:
    """The last mailing that is over."""

    mailing: Mailing
    title: str
    totals: MailingTotals


def under_way(session: Session, publication: Publication) -> list[UnderWay]:
    """Mailings being sent, paused, or overdue: this publication's first, then the others'."""
    rows = session.execute(
        select(Mailing, Issue.title, Publication)
        .join(Issue, Issue.id == Mailing.issue_id)
        .join(Publication, Publication.id == Mailing.publication_id)
        .where(
            or_(
                Mailing.state.in_([MailingState.FREEZING, MailingState.SENDING]),
                and_(
                    Mailing.state == MailingState.SCHEDULED,
                    or_(Mailing.control != Control.GO, Mailing.scheduled_at <= clock.now()),
                ),
            )
        )
        .order_by(Mailing.publication_id != publication.id, Mailing.id)
        .limit(MOST)
    )
    return [_under_way(session, *row, at=publication) for row in rows.all()]


def _under_way(
    session: Session, mailing: Mailing, title: str, of: Publication, *, at: Publication
) -> UnderWay:
    totals = read_totals(session, mailing.id)
    moving = progress(session, mailing, totals)
    return UnderWay(
        mailing=mailing,
        title=title,
        elsewhere="" if of.id == at.id else of.name,
        totals=totals,
        sentence=state_sentence(mailing, totals, of.timezone),
        silence=silence_sentence(totals, moving),
        speed=speed_words(totals, moving),
    )


def last_mailing(session: Session, publication: Publication) -> LastMailing | None:
    """The mailing of `publication` that was over last."""
    row = session.execute(
        select(Mailing, Issue.title)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(Mailing.publication_id == publication.id, Mailing.state == MailingState.FINISHED)
        .order_by(Mailing.finished_at.desc(), Mailing.id.desc())
        .limit(1)
    ).first()
    return LastMailing(row[0], row[1], read_totals(session, row[0].id)) if row else None
