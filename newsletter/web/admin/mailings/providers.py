"""`/admin/p/<publication>/mailings/providers`: the last mailings by mailbox provider; as a file, too."""

from collections.abc import Iterator

from flask import Response, render_template

from newsletter.accounts.permissions import Permission
from newsletter.core import clock
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.reports.changes import Change, changes_between
from newsletter.reports.providers import HIGH_LINE, LOW_LINE, ProvidersOverTime, providers_over_time
from newsletter.reports.rate import Rate
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import blueprint
from newsletter.web.admin.words.changes import change_words
from newsletter.web.admin.words.providers import level_words, receiver_name
from newsletter.web.admin.words.rates import rate_of, rate_words
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session

# Names for programs, so they are not translated.
HEADER: tuple[Cell, ...] = (
    *("mailing", "started_utc", "receiver", "recipients", "sent", "deferred", "rejected"),
    *("bounced", "complaints", "clicks", "people"),
)


@blueprint.get("/p/<slug>/mailings/providers")
@allow(Permission.VIEW)
def providers(slug: str) -> str:
    """Complaints over time, and all numbers of the last half year."""
    publication = find_publication(session(), slug)
    over_time = providers_over_time(session(), publication.id)
    charted = over_time.charted
    return render_template(
        "admin/mailings/providers.html",
        publication=publication,
        over_time=over_time,
        charted=charted,
        changes=_changes(publication, over_time),
        change_words=change_words,
        charted_columns=[(receiver_name(each), "number") for each in charted],
        low=100 * LOW_LINE,
        high=100 * HIGH_LINE,
        percent_of=percent_of,
        receiver_name=receiver_name,
        level_words=level_words,
        rate_of=rate_of,
        rate_words=rate_words,
    )


@blueprint.post("/p/<slug>/mailings/providers.csv")
@allow(Permission.VIEW)
def export_providers(slug: str) -> Response:
    """A line for each mailing and receiver; nobody's address is in it."""
    publication = find_publication(session(), slug)
    rows = _rows(providers_over_time(session(), publication.id))
    return csv_response(rows, f"{publication.slug}-providers.csv")


def _changes(publication: Publication, over_time: ProvidersOverTime) -> list[Change]:
    """What was changed since the first of the mailings."""
    if not over_time.mailings or over_time.mailings[0].started_at is None:
        return []
    return changes_between(session(), publication, over_time.mailings[0].started_at, clock.now())


def percent_of(rate: Rate) -> str:
    """What the chart draws; empty of few."""
    return "" if rate.share is None else f"{100 * rate.share:.4f}"


def _rows(over_time: ProvidersOverTime) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for mailing in over_time.mailings:
        began = mailing.started_at.isoformat() if mailing.started_at else None
        for each in mailing.figures:
            yield (
                *(mailing.mailing, began, each.name, each.recipients, each.sent, each.deferred.count),
                *(each.rejected.count, each.bounced.count, each.complaints.count),
                *(each.clicks, each.people.count),
            )
