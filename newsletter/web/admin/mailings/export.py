"""`/admin/mailings/<id>/recipients.csv`: the recipients that the page's filter shows, all of them."""

from collections.abc import Iterator

from flask import Response, request

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.mailings.recipients import RecipientFilter, RecipientRow, every_recipient
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing
from newsletter.web.admin.mailings.watch import read_filter
from newsletter.web.csv_lines import Cell, csv_response
from newsletter.web.database import session

# Names for programs, so they are not translated.
HEADER: tuple[Cell, ...] = ("email", "name", "outcome", "reason", "code", "enhanced", "at")


@blueprint.post(f"{ONE}/recipients.csv")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def export(mailing_id: int) -> Response:
    """CSV (RFC 4180), read and sent a piece at a time; times are in UTC (RFC 3339).

    A POST, because who took a copy of the addresses is written down.
    """
    load_mailing(mailing_id)
    wanted = read_filter()
    audit.record(
        session(),
        "mailing.recipients_exported",
        "mailing",
        mailing_id,
        actor=current_actor(),
        ip=request.remote_addr or "",
        outcome=wanted.outcome,
        searched=bool(wanted.prefix),
    )
    session().commit()
    return csv_response(_rows(mailing_id, wanted), f"mailing-{mailing_id}-recipients.csv")


def _rows(mailing_id: int, wanted: RecipientFilter) -> Iterator[tuple[Cell, ...]]:
    yield HEADER
    for recipient in every_recipient(session(), mailing_id, wanted):
        yield _row(recipient)


def _row(of: RecipientRow) -> tuple[Cell, ...]:
    at = of.at.isoformat(timespec="seconds") if of.at else ""
    return of.email, of.name, of.outcome, of.reason, of.code, of.enhanced, at
