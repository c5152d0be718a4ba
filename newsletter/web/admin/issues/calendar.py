"""`/admin/p/<publication>/issues/calendar`: a month of issues: sent, scheduled and due."""

import re
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.cadence.calendar import month_before, month_entries, next_month
from newsletter.cadence.change import skip_date
from newsletter.cadence.dates import next_due
from newsletter.cadence.models import Cadence
from newsletter.core import clock
from newsletter.core.errors import Missing, Refused
from newsletter.core.zones import zone_or_utc
from newsletter.issues.listing import STAGES as STAGE_OF
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.dates import month_name
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint
from newsletter.web.admin.words.issues import STAGES
from newsletter.web.database import session

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
CADENCE = "cadence"  # as the page that a date was skipped on


@blueprint.get("/p/<slug>/issues/calendar")
@allow(Permission.VIEW)
def calendar(slug: str) -> str:
    """The month asked for as `2026-12`; else the present one or, if that is empty, that of the next date."""
    publication = find_publication(session(), slug)
    due = next_due(session(), publication, clock.now())
    first = _asked_month() or _month_of(clock.now(), publication)
    entries = month_entries(session(), publication, first)
    if not entries and due and not _asked_month():
        first = _month_of(due.at, publication)
        entries = month_entries(session(), publication, first)
    return render_template(
        "admin/issues/calendar.html",
        publication=publication,
        entries=entries,
        month=month_name(first),
        stage_of=lambda mailing: STAGE_OF[mailing.state],
        stages=STAGES,
        due=due,
        has_cadence=session().get(Cadence, publication.id) is not None,
        before=url_for(".calendar", slug=slug, month=f"{month_before(first):%Y-%m}"),
        after=url_for(".calendar", slug=slug, month=f"{next_month(first):%Y-%m}"),
    )


@blueprint.post("/p/<slug>/issues/calendar/skip")
@allow(Permission.EDIT_ISSUES)
def skip(slug: str) -> AnyResponse:
    """Leave a date out, or take that back."""
    publication = find_publication(session(), slug)
    wanted = request.form.get("skip") == "1"
    try:
        day = date.fromisoformat(request.form.get("day", "")[:10])
        skip_date(session(), publication, day, skip=wanted, actor=current_actor())
    except ValueError:
        flash(_("Choose a date from the list."), "error")
        return redirect(url_for(".calendar", slug=slug), 303)
    except (Missing, Refused) as error:
        session().rollback()
        flash(error.message, "error")
        return redirect(url_for(".calendar", slug=slug), 303)
    session().commit()
    flash(_("The date is skipped.") if wanted else _("The date is back in the calendar."), "success")
    if request.form.get("page") == CADENCE:
        return redirect(url_for("admin_publications.cadence", slug=slug), 303)
    return redirect(url_for(".calendar", slug=slug, month=f"{day:%Y-%m}"), 303)


def _asked_month() -> date | None:
    match = _MONTH.fullmatch(request.args.get("month", ""))
    return date(int(match[1]), int(match[2]), 1) if match else None


def _month_of(moment: datetime, publication: Publication) -> date:
    return moment.astimezone(zone_or_utc(publication.timezone)).date().replace(day=1)
