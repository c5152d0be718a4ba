"""The mailings of a publication, newest first."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing, MailingCount, Outcome, SendWindow
from newsletter.mailings.totals import DisplayedState, displayed_state

PAGE = 25


@dataclass(frozen=True)
class ListedMailing:
    """A mailing, its state in the words for people, and how many were sent."""

    mailing: Mailing
    state: DisplayedState
    sent: int


@dataclass(frozen=True)
class MailingPage:
    """Some mailings, and whether there are older ones."""

    rows: list[ListedMailing]
    older: bool


def list_mailings(
    session: Session, publication_id: int, *, before: int = 0, limit: int = PAGE
) -> MailingPage:
    """The newest mailings of a publication, or those older than mailing `before`."""
    query = select(Mailing).where(Mailing.publication_id == publication_id)
    if before:
        query = query.where(Mailing.id < before)
    mailings = session.scalars(query.order_by(Mailing.id.desc()).limit(limit + 1)).all()
    shown = mailings[:limit]
    ids = [mailing.id for mailing in shown]
    sent, in_flight = _sent(session, ids), _in_flight(session, ids)
    rows = [ListedMailing(m, displayed_state(m, in_flight.get(m.id, 0)), sent.get(m.id, 0)) for m in shown]
    return MailingPage(rows, older=len(mailings) > limit)


def _sent(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(MailingCount.mailing_id, func.sum(MailingCount.n))
        .where(MailingCount.mailing_id.in_(ids), MailingCount.outcome == Outcome.SENT)
        .group_by(MailingCount.mailing_id)
    )
    return {row[0]: row[1] for row in rows}


def _in_flight(session: Session, ids: list[int]) -> dict[int, int]:
    rows = session.execute(
        select(SendWindow.mailing_id, func.sum(SendWindow.size))
        .where(SendWindow.mailing_id.in_(ids))
        .group_by(SendWindow.mailing_id)
    )
    return {row[0]: row[1] for row in rows}
