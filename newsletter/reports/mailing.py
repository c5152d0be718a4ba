"""The report of a mailing: numbers first, clicks by people next, opens last and as an estimate.

Everything comes from counts that were kept while it happened, so a million recipients cost no more than ten.
What mail servers refused while it was sent is among its totals; what came back later is `came_back`.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from newsletter.mailings.lifecycle import find
from newsletter.mailings.totals import MailingTotals, read_totals
from newsletter.publications.models import Publication, TrackingMode
from newsletter.reports.came_back import CameBack, read_came_back
from newsletter.reports.mailing_figures import MailingFigures, earlier_mailings, read_figures
from newsletter.reports.providers import MailingProviders, mailing_providers
from newsletter.reports.rate import Rate
from newsletter.tracking.report import (
    Clicks,
    HourClicks,
    LinkClicks,
    Opens,
    clicks_by_hour,
    first_hour_clicks,
    link_clicks,
    mailing_clicks,
    mailing_opens,
)

HOURS = 48  # of the time series; what comes later is a number
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MailingFollowed:
    """Clicks and opens of a mailing. `tells_apart`: whether people who agreed are known, and so counted."""

    total: Clicks
    tells_apart: bool
    first_hour: Clicks
    opens: Opens
    links: list[LinkClicks]
    hours: list[HourClicks]

    @property
    def first_hour_scanners(self) -> Rate:
        """The clicks by scanners among those of the first hour."""
        return Rate(self.first_hour.scanners, self.first_hour.scanners + self.first_hour.clicks)

    @property
    def proxies(self) -> Rate:
        """The opens by proxies of mail providers, which say nothing about people, among all."""
        return Rate(self.opens.proxies, self.opens.people + self.opens.proxies + self.opens.scanners)

    @property
    def later_clicks(self) -> int:
        """Clicks by people after the hours of the time series."""
        return self.total.clicks - sum(hour.clicks for hour in self.hours)


@dataclass(frozen=True, slots=True)
class MailingReport:
    """What became of a mailing. `followed` is None where nothing of it was counted.

    `compared`: the last mailings of the publication before it, the newest first.
    """

    totals: MailingTotals
    publication: str
    figures: MailingFigures
    came_back: CameBack
    providers: MailingProviders
    followed: MailingFollowed | None
    compared: list[MailingFigures]

    def as_json(self) -> dict[str, Any]:
        totals, followed, providers = self.totals, self.followed, self.providers.as_json()
        return {
            "publication": self.publication,
            **self.figures.as_json(),
            "state": totals.state,
            "recipients": totals.written_to,
            "excluded": totals.excluded,
            "unanswered": totals.unanswered,
            "rejected_reasons": totals.rejected_reasons,
            "came_back": self.came_back.as_json(),
            "providers_counted_at": providers["counted_at"],
            "providers": providers["providers"],
            "followed": _followed_json(followed) if followed else None,
            "compared": [figures.as_json() for figures in self.compared],
        }


def mailing_report(session: Session, mailing_id: int) -> MailingReport:
    """The report of a mailing, also while it is being sent. Raises `Missing`."""
    mailing = find(session, mailing_id)
    publication = session.get_one(Publication, mailing.publication_id)
    earlier = earlier_mailings(session, mailing)
    figures, *compared = read_figures(session, [mailing, *earlier])
    counted = figures.clicks is not None or publication.tracking is not TrackingMode.OFF
    return MailingReport(
        totals=read_totals(session, mailing_id),
        publication=publication.slug,
        figures=figures,
        came_back=read_came_back(session, mailing_id, figures.sent),
        providers=mailing_providers(session, mailing),
        followed=_read_followed(session, mailing_id, mailing.started_at, publication) if counted else None,
        compared=compared,
    )


def _read_followed(
    session: Session, mailing_id: int, started_at: datetime | None, publication: Publication
) -> MailingFollowed:
    total = mailing_clicks(session, mailing_id)
    return MailingFollowed(
        total=total,
        tells_apart=publication.tracking is TrackingMode.INDIVIDUAL or total.people > 0,
        first_hour=first_hour_clicks(session, mailing_id),
        opens=mailing_opens(session, mailing_id),
        links=link_clicks(session, mailing_id),
        hours=every_hour(clicks_by_hour(session, mailing_id), started_at),
    )


def every_hour(counted: list[HourClicks], started_at: datetime | None) -> list[HourClicks]:
    """The first hours of a mailing, with those in which nobody clicked; no further than the last click."""
    if started_at is None or not counted:
        return []
    first = min(started_at.replace(minute=0, second=0, microsecond=0), counted[0].hour)
    by_hour = {hour.hour: hour for hour in counted}
    hours = [first + n * HOUR for n in range(HOURS)]
    last = counted[-1].hour
    return [by_hour.get(hour, HourClicks(hour, 0, 0)) for hour in hours if hour <= last]


def _followed_json(followed: MailingFollowed) -> dict[str, Any]:
    return {
        "clicks": asdict(followed.total),
        "first_hour_scanners": followed.first_hour_scanners.as_json(),
        "opens_estimate": {**asdict(followed.opens), "proxy_share": followed.proxies.as_json()},
        "links": [{"url": link.url, "target": link.target, **asdict(link.clicks)} for link in followed.links],
        "hours": [
            {"hour": hour.hour.isoformat(), "clicks": hour.clicks, "scanners": hour.scanners}
            for hour in followed.hours
        ],
    }
