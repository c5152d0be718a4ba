"""`/admin/p/<publication>/feedback`: bounces, complaints and whatever else came back; the limits for it."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit, jobs
from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Missing, Refused
from newsletter.feedback.events import EventKind, EventReason
from newsletter.feedback.listing import PAGE, EventFilter, count_unassigned, list_events
from newsletter.feedback.models import FeedbackRecord, RefusedFeedback
from newsletter.feedback.set_limits import set_limits
from newsletter.feedback.take import read_evidence
from newsletter.publications.find import find_publication
from newsletter.publications.models import Publication
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.words import feedback as words
from newsletter.web.database import session

blueprint = Blueprint("admin_feedback", __name__, url_prefix="/admin")


@blueprint.get("/p/<slug>/feedback")
@allow(Permission.VIEW)
def listing(slug: str) -> str:
    """Newest first, of all kinds or as the query asks."""
    return _page(find_publication(session(), slug))


@blueprint.post("/p/<slug>/feedback/limits")
@allow(Permission.MANAGE_PUBLICATIONS)
def change_limits(slug: str) -> AnyResponse:
    """From which share on a mailing pauses itself; what was typed stays in the form."""
    typed = {name: request.form.get(name, "")[:20] for name in ("bounce_limit", "complaint_limit")}
    try:
        set_limits(session(), find_publication(session(), slug), **typed, actor=current_actor())
    except Refused as error:
        session().rollback()
        return make_response(_page(find_publication(session(), slug), typed, error.fields), 400)
    session().commit()
    flash(_("The limits were saved."), "success")
    return redirect(url_for(".listing", slug=slug), 303)


@blueprint.post("/p/<slug>/feedback/rejudge")
@allow(Permission.MANAGE_SUBSCRIBERS)
def rejudge(slug: str) -> AnyResponse:
    """Have a worker judge everything again."""
    publication = find_publication(session(), slug)
    jobs.rejudge_feedback.enqueue(session())
    session().commit()
    flash(_("Everything is being classified again. Reload this page in a moment."), "success")
    return redirect(url_for(".listing", slug=publication.slug), 303)


@blueprint.post("/feedback/<int:event_id>/message")
@allow(Permission.MANAGE_SUBSCRIBERS)
def message(event_id: int) -> Response:
    """What came back, as it was: a file of plain text, so that no browser shows anything of it.

    It is a copy of what somebody wrote, so the audit says who took it.
    """
    record = session().get(FeedbackRecord, event_id)
    if record is None or record.evidence is None:
        raise Missing("unknown_event", "This message is no longer kept.")
    audit.record(session(), "feedback.downloaded", "feedback_event", event_id, actor=current_actor())
    session().commit()
    response = Response(read_evidence(record.evidence), mimetype="text/plain")
    response.headers["Content-Disposition"] = f"attachment; filename=message-{event_id}.txt"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _page(
    publication: Publication, typed: dict[str, str] | None = None, problems: dict[str, str] | None = None
) -> str:
    wanted, before = _filter(publication), asked_id("before")
    rows = list_events(session(), wanted, limit=PAGE + 1, before=before or None)
    limits: dict[str, Any] = typed or {
        "bounce_limit": f"{publication.bounce_limit:g}",
        "complaint_limit": f"{publication.complaint_limit:g}",
    }
    return render_template(
        "admin/feedback/list.html",
        publication=publication,
        rows=rows[:PAGE],
        has_older=len(rows) > PAGE,
        before=before,
        wanted=wanted,
        kinds=[(kind.value, words.kind_word(kind)) for kind in EventKind],
        reasons=[(reason.value, words.event_reason_word(reason)) for reason in EventReason],
        refused=session().scalar(select(func.sum(RefusedFeedback.n))) or 0,
        unassigned=count_unassigned(session()),
        limits=limits,
        problems=problems or {},
        kind_word=words.kind_word,
        event_reason_word=words.event_reason_word,
        consequence_word=words.consequence_word,
    )


def _filter(publication: Publication) -> EventFilter:
    """The filter in the query: words that mean nothing are ignored."""
    kind, reason = request.args.get("kind", ""), request.args.get("reason", "")
    unassigned = request.args.get("unassigned") == "1"
    return EventFilter(
        unassigned=unassigned,
        publication_id=None if unassigned else publication.id,
        mailing_id=asked_id("mailing") or None,
        kind=EventKind(kind) if kind in set(EventKind) else None,
        reason=EventReason(reason) if reason in set(EventReason) else None,
    )
