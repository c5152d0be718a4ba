"""Deliverability by mailbox provider: of one mailing, and over the mailings of a publication.

Read from what `count_providers` counted. The lines are those of Google and Yahoo for bulk senders: stay below
0.1 % of complaints, never reach 0.3 % (https://support.google.com/a/answer/81126). What providers know of
complaints is more than what they report to senders: Gmail reports none by message.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.reports.growth import moments_between
from newsletter.reports.models import ProviderCount, ProviderCounting
from newsletter.reports.rate import Rate
from newsletter.transports.providers import PROVIDERS

LOW_LINE, HIGH_LINE = 0.001, 0.003  # of complaints, of what was sent
MAILINGS = 26  # half a year of weeks
CHARTED = 4  # receivers in the chart
NUMBERS = ("recipients", "sent", "deferred", "rejected", "bounced", "complaints", "clicks", "people")


class ComplaintLevel(StrEnum):
    """Where a rate of complaints is; unknown of few."""

    UNKNOWN = "unknown"
    GOOD = "good"
    RAISED = "raised"  # at the lower line or above it
    TOO_HIGH = "too_high"  # at the upper line or above it


@dataclass(frozen=True, slots=True)
class ProviderFigures:
    """The deliveries to one receiver: a provider, a domain, or all others (empty).

    `deferred` and `rejected` are of `recipients`, the rest of what was sent. `clicks` and `people` are those
    of readers who agreed to be known.
    """

    receiver: str
    recipients: int
    sent: int
    deferred: Rate
    rejected: Rate
    bounced: Rate
    complaints: Rate
    clicks: int
    people: Rate

    @property
    def name(self) -> str:
        """What the receiver is called; empty for all others."""
        return PROVIDERS.get(self.receiver, self.receiver)

    @property
    def level(self) -> ComplaintLevel:
        share = self.complaints.share
        if share is None:
            return ComplaintLevel.UNKNOWN
        if share >= HIGH_LINE:
            return ComplaintLevel.TOO_HIGH
        return ComplaintLevel.RAISED if share >= LOW_LINE else ComplaintLevel.GOOD

    def as_json(self) -> dict[str, Any]:
        rates = ("deferred", "rejected", "bounced", "complaints")
        return {
            "receiver": self.receiver,
            "name": self.name,
            "recipients": self.recipients,
            "sent": self.sent,
            **{name: getattr(self, name).as_json() for name in rates},
            "complaint_level": self.level,
            "clicks": self.clicks,
            "people": self.people.as_json(),
        }


@dataclass(frozen=True, slots=True)
class MailingProviders:
    """One mailing by provider, the largest first. `counted_at`: None before the first count."""

    mailing: int
    started_at: datetime | None
    counted_at: datetime | None
    figures: list[ProviderFigures]

    def of(self, receiver: str) -> ProviderFigures | None:
        """The figures of one receiver, where it got anything."""
        return next((each for each in self.figures if each.receiver == receiver), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "mailing": self.mailing,
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "counted_at": self.counted_at.isoformat() if self.counted_at else None,
            "providers": [each.as_json() for each in self.figures],
        }


@dataclass(frozen=True, slots=True)
class ProvidersOverTime:
    """The mailings of a publication by provider, the oldest first; and all of them together."""

    mailings: list[MailingProviders]
    total: list[ProviderFigures]

    @property
    def charted(self) -> list[ProviderFigures]:
        """The receivers with the most messages, without the rest."""
        return [each for each in self.total if each.receiver][:CHARTED]

    def as_json(self) -> dict[str, Any]:
        return {
            "mailings": [each.as_json() for each in self.mailings],
            "total": [each.as_json() for each in self.total],
        }


def mailing_providers(session: Session, mailing: Mailing) -> MailingProviders:
    """A mailing by provider as it was last counted."""
    return _read(session, [mailing])[0]


def providers_over_time(
    session: Session, publication_id: int, since: datetime | None = None, until: datetime | None = None
) -> ProvidersOverTime:
    """The last mailings of a publication that began between two moments, as far as they were counted."""
    query = (
        select(Mailing)
        .join(ProviderCounting, ProviderCounting.mailing_id == Mailing.id)
        .where(Mailing.publication_id == publication_id, Mailing.started_at.is_not(None))
    )
    if since is not None:
        query = query.where(Mailing.started_at >= since)
    if until is not None:
        query = query.where(Mailing.started_at < until)
    newest = session.scalars(query.order_by(Mailing.started_at.desc(), Mailing.id.desc()).limit(MAILINGS))
    mailings = _read(session, list(newest)[::-1])
    return ProvidersOverTime(mailings, _total(each for mailing in mailings for each in mailing.figures))


def providers_between(
    session: Session, publication: Publication, first: date, last: date
) -> ProvidersOverTime:
    """The same between two days of the publication's zone, both included."""
    since, until = moments_between(publication, first, last)
    return providers_over_time(session, publication.id, since, until)


def _read(session: Session, mailings: Sequence[Mailing]) -> list[MailingProviders]:
    ids = [mailing.id for mailing in mailings]
    counted: dict[int, datetime] = {
        row.mailing_id: row.counted_at
        for row in session.scalars(select(ProviderCounting).where(ProviderCounting.mailing_id.in_(ids)))
    }
    rows = defaultdict(list)
    for row in session.scalars(select(ProviderCount).where(ProviderCount.mailing_id.in_(ids))):
        rows[row.mailing_id].append(
            figures_of(row.receiver, **{name: getattr(row, name) for name in NUMBERS})
        )
    return [
        MailingProviders(
            mailing.id, mailing.started_at, counted.get(mailing.id), _largest_first(rows[mailing.id])
        )
        for mailing in mailings
    ]


def figures_of(
    receiver: str,
    *,
    sent: int = 0,
    recipients: int = 0,
    deferred: int = 0,
    rejected: int = 0,
    bounced: int = 0,
    complaints: int = 0,
    clicks: int = 0,
    people: int = 0,
) -> ProviderFigures:
    """The numbers of one receiver with what they are of."""
    return ProviderFigures(
        receiver,
        *(recipients, sent, Rate(deferred, recipients), Rate(rejected, recipients)),
        *(Rate(bounced, sent), Rate(complaints, sent), clicks, Rate(people, sent)),
    )


def _total(figures: Iterable[ProviderFigures]) -> list[ProviderFigures]:
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in figures:
        sums[each.receiver].update({name: _number(each, name) for name in NUMBERS})
    return _largest_first([figures_of(receiver, **numbers) for receiver, numbers in sums.items()])


def _number(figures: ProviderFigures, name: str) -> int:
    value: int | Rate = getattr(figures, name)
    return value.count if isinstance(value, Rate) else value


def _largest_first(figures: list[ProviderFigures]) -> list[ProviderFigures]:
    """The rest last, however large it is."""
    return sorted(figures, key=lambda each: (not each.receiver, -each.recipients, each.receiver))
