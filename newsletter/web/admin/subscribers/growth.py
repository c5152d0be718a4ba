"""`/admin/p/<publication>/subscribers/growth`: who came from where and who left why, by week or month."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from flask import Response, render_template, request

from newsletter.accounts.permissions import Permission
from newsletter.publications.find import find_publication
from newsletter.reports.changes import changes_between
from newsletter.reports.growth import Growth, Period, growth, moments_between, recent
from newsletter.web.admin.dates import month_name, page_day
from newsletter.web.admin.guard import allow
from newsletter.web.admin.subscribers.blueprint import LIST, blueprint
from newsletter.web.admin.words.changes import change_words
from newsletter.web.admin.words.subscribers import source_word
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session


@blueprint.get(f"{LIST}/growth")
@allow(Permission.VIEW)
def show_growth(slug: str) -> str:
    """Half a year by weeks, or a year by months."""
    told = _growth(slug)
    publication = find_publication(session(), slug)
    since, until = moments_between(publication, told.periods[0].start, told.last)
    return render_template(
        "admin/subscribers/growth.html",
        publication=publication,
        told=told,
        changes=changes_between(session(), publication, since, until),
        change_words=change_words,
        source_word=source_word,
        row_name=_row_name,
        starts_at=_starts_at,
    )


@blueprint.post(f"{LIST}/growth.csv")
@allow(Permission.VIEW)
def export_growth(slug: str) -> Response:
    """The rows of the page with a column for each source and reason; nobody's address is in it."""
    told = _growth(slug)
    return csv_response(_rows(told), f"{told.publication}-growth.csv")


def _row_name(told: Growth, start: date) -> str:
    """The month, or the day on which the week begins."""
    return month_name(start) if told.period is Period.MONTH else page_day(start.isoformat())


def _starts_at(start: date) -> int:
    """Noon of the day in UTC, in seconds since 1970: the chart shows days in UTC."""
    return int(datetime.combine(start, time(12), UTC).timestamp())


def _growth(slug: str) -> Growth:
    publication = find_publication(session(), slug)
    period = Period.MONTH if request.args.get("by") == Period.MONTH else Period.WEEK
    return growth(session(), publication, *recent(period, publication.timezone), period)


def _rows(told: Growth) -> Iterator[tuple[Cell, ...]]:
    """Names for programs, so they are not translated."""
    sources, reasons = sorted(told.total.sign_ups), sorted(told.total.left)
    signed_up = [f"sign_ups {source}" for source in sources]
    left = [f"left {reason}" for reason in reasons]
    yield (f"{told.period}_of", *signed_up, "confirmed", "joined", *left, "net")
    for each in told.periods:
        by_source = [each.sign_ups[source] for source in sources]
        by_reason = [each.left[reason] for reason in reasons]
        yield (each.start.isoformat(), *by_source, each.confirmed, each.joined, *by_reason, each.net)
