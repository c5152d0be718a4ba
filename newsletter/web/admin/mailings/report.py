"""`/admin/mailings/<id>/report`: what became of a mailing, and its tables as files."""

from collections.abc import Iterator

from flask import Response, render_template

from newsletter.accounts.permissions import Permission
from newsletter.reports.mailing import mailing_report
from newsletter.reports.rate import Rate
from newsletter.tracking.report import clicks_by_hour
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing, publication_of
from newsletter.web.admin.words.feedback import event_reason_word, kind_word
from newsletter.web.admin.words.providers import level_words, receiver_name
from newsletter.web.admin.words.rates import rate_of, rate_words
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session

# Names for programs, so they are not translated.
HOURS_HEADER: tuple[Cell, ...] = ("hour_utc", "clicks", "scanner_clicks")
COMPARED_HEADER: tuple[Cell, ...] = (
    *("mailing", "started_utc", "title", "sent", "clicks"),
    *("unsubscribes", "rejected", "rejected_of"),
)


@blueprint.get(f"{ONE}/report")
@allow(Permission.VIEW)
def report(mailing_id: int) -> str:
    """The whole report on one page."""
    mailing = load_mailing(mailing_id)
    made = mailing_report(session(), mailing_id)
    return render_template(
        "admin/mailings/report.html",
        mailing=mailing,
        publication=publication_of(mailing),
        issue_title=made.figures.title,
        report=made,
        followed=made.followed,
        kind_word=kind_word,
        event_reason_word=event_reason_word,
        rate_of=rate_of,
        rate_words=rate_words,
        receiver_name=receiver_name,
        level_words=level_words,
    )


@blueprint.post(f"{ONE}/report/hours.csv")
@allow(Permission.VIEW)
def export_hours(mailing_id: int) -> Response:
    """Every hour in which somebody clicked, also those after the chart's last."""
    hours = clicks_by_hour(session(), load_mailing(mailing_id).id)
    rows = [(hour.hour.isoformat(), hour.clicks, hour.scanners) for hour in hours]
    return csv_response([HOURS_HEADER, *rows], f"mailing-{mailing_id}-hours.csv")


@blueprint.post(f"{ONE}/report/compared.csv")
@allow(Permission.VIEW)
def export_compared(mailing_id: int) -> Response:
    """This mailing and those that it is compared with."""
    load_mailing(mailing_id)
    return csv_response(_compared(mailing_id), f"mailing-{mailing_id}-compared.csv")


def _compared(mailing_id: int) -> Iterator[tuple[Cell, ...]]:
    yield COMPARED_HEADER
    made = mailing_report(session(), mailing_id)
    for each in (made.figures, *made.compared):
        began = each.started_at.isoformat() if each.started_at else None
        yield (
            *(each.mailing, began, each.title, each.sent, _count(each.clicks)),
            *(each.unsubscribes.count, each.rejected.count, each.rejected.of),
        )


def _count(rate: Rate | None) -> int | None:
    return rate.count if rate else None
