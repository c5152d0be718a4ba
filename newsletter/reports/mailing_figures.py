"""The numbers by which mailings are compared, of many mailings at once: a statement for each number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues.load import find_titles
from newsletter.mailings.models import Mailing, MailingCount, Outcome
from newsletter.reports.rate import Rate
from newsletter.reports.unsubscribes import count_unsubscribes
from newsletter.tracking.counts import ANY_LINK
from newsletter.tracking.models import EventKind, Label, TrackingCount

COMPARED = 10  # earlier mailings of the publication


@dataclass(frozen=True, slots=True)
class MailingFigures:
    """One mailing. `clicks` are those of people, None where none were counted.

    `clicks` and `unsubscribes` are of what was sent; `rejected` of all whose outcome is known.
    """

    mailing: int
    title: str
    started_at: datetime | None
    sent: int
    clicks: Rate | None
    unsubscribes: Rate
    rejected: Rate

    def as_json(self) -> dict[str, Any]:
        return {
            "mailing": self.mailing,
            "title": self.title,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "sent": self.sent,
            "clicks": self.clicks.as_json() if self.clicks else None,
            "unsubscribes": self.unsubscribes.as_json(),
            "rejected": self.rejected.as_json(),
        }


def read_figures(session: Session, mailings: Sequence[Mailing]) -> list[MailingFigures]:
    """The numbers of each of `mailings`, in their order."""
    ids = [mailing.id for mailing in mailings]
    outcomes = _outcomes(session, ids)
    clicks = _clicks(session, ids)
    began = [mailing.started_at for mailing in mailings if mailing.started_at]
    left = count_unsubscribes(session, ids, min(began)) if began else {}
    titles = find_titles(session, {mailing.issue_id for mailing in mailings})
    figures = []
    for mailing in mailings:
        sent = outcomes[mailing.id, Outcome.SENT]
        rejected = outcomes[mailing.id, Outcome.REJECTED]
        known = sent + rejected + outcomes[mailing.id, Outcome.UNANSWERED]
        figures.append(
            MailingFigures(
                mailing=mailing.id,
                title=titles.get(mailing.issue_id, ""),
                started_at=mailing.started_at,
                sent=sent,
                clicks=Rate(clicks[mailing.id], sent) if mailing.id in clicks else None,
                unsubscribes=Rate(left.get(mailing.id, 0), sent),
                rejected=Rate(rejected, known),
            )
        )
    return figures


def earlier_mailings(session: Session, mailing: Mailing) -> list[Mailing]:
    """The mailings of the publication that began before this one, newest first; correction mails, too."""
    is_earlier = (
        Mailing.id < mailing.id if mailing.started_at is None else Mailing.started_at < mailing.started_at
    )
    return list(
        session.scalars(
            select(Mailing)
            .where(
                Mailing.publication_id == mailing.publication_id,
                Mailing.id != mailing.id,
                Mailing.started_at.is_not(None),
                is_earlier,
            )
            .order_by(Mailing.started_at.desc(), Mailing.id.desc())
            .limit(COMPARED)
        )
    )


def _outcomes(session: Session, ids: Sequence[int]) -> Counter[tuple[int, Outcome]]:
    rows = session.execute(
        select(MailingCount.mailing_id, MailingCount.outcome, func.sum(MailingCount.n))
        .where(MailingCount.mailing_id.in_(ids))
        .group_by(MailingCount.mailing_id, MailingCount.outcome)
    )
    return Counter({(row[0], row[1]): int(row[2]) for row in rows})


def _clicks(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Clicks by people of the mailings for which anything was counted, be it opens alone."""
    of_people = func.coalesce(func.sum(TrackingCount.events).filter(TrackingCount.label == Label.PERSON), 0)
    rows = session.execute(
        select(TrackingCount.mailing_id, of_people)
        .where(
            TrackingCount.mailing_id.in_(ids),
            TrackingCount.kind == EventKind.CLICK,
            TrackingCount.link_id == ANY_LINK,
        )
        .group_by(TrackingCount.mailing_id)
    )
    clicks = {row[0]: int(row[1]) for row in rows}
    others = [id_ for id_ in ids if id_ not in clicks]
    only_opened = select(TrackingCount.mailing_id).where(TrackingCount.mailing_id.in_(others)).distinct()
    return clicks | dict.fromkeys(session.scalars(only_opened), 0)
