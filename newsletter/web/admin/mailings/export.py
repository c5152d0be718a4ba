"""`/admin/mailings/<id>/recipients.csv`: the recipients that the page's filter shows, all of them."""

from collections.abc import Iterator

from flask import Response, stream_with_context

from newsletter.accounts.permissions import Permission
from newsletter.mailings.recipients import Recipient, Wanted, every_recipient
from newsletter.web.admin.guard import allow
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing
from newsletter.web.admin.mailings.watch import read_wanted
from newsletter.web.csv_lines import Cell, csv_lines
from newsletter.web.database import session

# Names for programs, so they are not translated.
HEADER: tuple[Cell, ...] = ("email", "name", "outcome", "reason", "code", "enhanced", "at")
MEDIA_TYPE = "text/csv; charset=utf-8; header=present"


@blueprint.get(f"{ONE}/recipients.csv")
@allow(Permission.MANAGE_SUBSCRIBERS)
def export(mailing_id: int) -> Response:
    """CSV (RFC 4180), read and sent a piece at a time; times are in UTC (RFC 3339)."""
    load_mailing(mailing_id)
    body = csv_lines(_rows(mailing_id, read_wanted()))
    response = Response(stream_with_context(body), content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="mailing-{mailing_id}-recipients.csv"'
    return response


def _rows(mailing_id: int, wanted: Wanted) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for one in every_recipient(session(), mailing_id, wanted):
        yield _row(one)


def _row(one: Recipient) -> tuple[Cell, ...]:
    at = one.at.isoformat(timespec="seconds") if one.at else ""
    return one.email, one.name, one.outcome, one.reason, one.code, one.enhanced, at
