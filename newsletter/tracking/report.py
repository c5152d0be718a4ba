"""What is asked about clicks and opens, answered from the counts: cheap, and however old the mailing is.

Clicks are those of people. Opens are an estimate: many mail providers load pictures by themselves, and many
readers' programs never do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing
from newsletter.redirects.models import MailingLink
from newsletter.tracking.counts import ANY_LINK
from newsletter.tracking.models import EventKind, Label, TrackingCount

FIRST_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Clicks:
    """`people`: of those clicks by people, how many different ones are known; `scanners`: by programs."""

    clicks: int = 0
    people: int = 0
    scanners: int = 0


@dataclass(frozen=True, slots=True)
class LinkClicks:
    """A link of a mailing: as it was in the issue, where it leads now, and who followed it."""

    link_id: int
    url: str
    target: str
    clicks: Clicks


@dataclass(frozen=True, slots=True)
class HourClicks:
    """An hour that begins at `hour`."""

    hour: datetime
    clicks: int
    scanners: int


@dataclass(frozen=True, slots=True)
class Opens:
    """Loaded pixels: by what looks like a person, by proxies of mail providers, and by scanners."""

    people: int = 0
    proxies: int = 0
    scanners: int = 0


def mailing_clicks(session: Session, mailing_id: int) -> Clicks:
    """The clicks of a mailing, whichever link it was."""
    return Clicks(*session.execute(select(*_SUMS).where(_whole(mailing_id))).one())


def link_clicks(session: Session, mailing_id: int) -> list[LinkClicks]:
    """The links of a mailing in the order of its message, also those that nobody followed."""
    of_links = (
        select(TrackingCount.link_id, *_SUMS)
        .where(_of(mailing_id, EventKind.CLICK), TrackingCount.link_id != ANY_LINK)
        .group_by(TrackingCount.link_id)
    )
    by_link = {row[0]: Clicks(*row[1:]) for row in session.execute(of_links)}
    links = session.scalars(
        select(MailingLink).where(MailingLink.mailing_id == mailing_id).order_by(MailingLink.id)
    )
    return [LinkClicks(link.id, link.url, link.target, by_link.get(link.id, Clicks())) for link in links]


def clicks_by_hour(session: Session, mailing_id: int) -> list[HourClicks]:
    """The hours in which a link was followed, in order."""
    hours = (
        select(TrackingCount.hour, _events(Label.PERSON), _events(Label.SCANNER))
        .where(_whole(mailing_id))
        .group_by(TrackingCount.hour)
        .order_by(TrackingCount.hour)
    )
    return [HourClicks(*row) for row in session.execute(hours)]


def first_hour_clicks(session: Session, mailing_id: int) -> Clicks:
    """The clicks of the first hour, until the end of the hour of the clock in which it is over.

    The share of scanners among them says how much of a mailing's audience is behind filters.
    """
    started = session.scalar(select(Mailing.started_at).where(Mailing.id == mailing_id))
    if started is None:
        return Clicks()
    until = TrackingCount.hour <= started + FIRST_HOUR
    return Clicks(*session.execute(select(*_SUMS).where(_whole(mailing_id), until)).one())


def mailing_opens(session: Session, mailing_id: int) -> Opens:
    """How often the pixel was loaded."""
    loaded = select(_events(Label.PERSON), _events(Label.PROXY), _events(Label.SCANNER))
    return Opens(*session.execute(loaded.where(_of(mailing_id, EventKind.OPEN))).one())


def _of(mailing_id: int, kind: EventKind) -> ColumnElement[bool]:
    return and_(TrackingCount.mailing_id == mailing_id, TrackingCount.kind == kind)


def _whole(mailing_id: int) -> ColumnElement[bool]:
    """The clicks of a mailing, whichever link it was."""
    return and_(_of(mailing_id, EventKind.CLICK), TrackingCount.link_id == ANY_LINK)


def _events(label: Label) -> ColumnElement[int]:
    return func.coalesce(func.sum(TrackingCount.events).filter(TrackingCount.label == label), 0)


# Clicks by people, the people of those clicks, and clicks by scanners.
_SUMS = (
    _events(Label.PERSON),
    func.coalesce(func.sum(TrackingCount.people).filter(TrackingCount.label == Label.PERSON), 0),
    _events(Label.SCANNER),
)
