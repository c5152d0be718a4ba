"""`/admin/suppressions`: the addresses of the installation that nothing is ever sent to."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Conflict, DomainError, Missing
from newsletter.feedback.remove_suppression import RemovalReason, remove_suppression
from newsletter.subscribers.models import SuppressionReason
from newsletter.subscribers.suppress import LONGEST_NOTE, suppress_address
from newsletter.subscribers.suppressions import csv_rows, find_suppression, get_suppression, list_suppressions
from newsletter.web.admin.frame import current_publication
from newsletter.web.admin.fresh import fresh
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.subscribers.blueprint import blueprint
from newsletter.web.admin.words.subscribers import REMOVALS
from newsletter.web.csv_lines import csv_response
from newsletter.web.database import session
from newsletter.web.errors import STATUS

SUPPRESSIONS = "/suppressions"
BY_HAND = (SuppressionReason.MANUAL, SuppressionReason.HARD_BOUNCE, SuppressionReason.COMPLAINT)
LONGEST_ADDRESS = 254


@blueprint.get(SUPPRESSIONS)
@allow(Permission.VIEW)
def suppressions() -> str:
    """Newest first; with `address`, that one alone: most are known by their hash only, which is whole."""
    return _page({}, {})


@blueprint.post(SUPPRESSIONS)
@allow(Permission.MANAGE_SUBSCRIBERS)
def add_suppression() -> AnyResponse:
    """Suppress an address, also of somebody who never subscribed."""
    typed = {name: request.form.get(name, "")[:5_000] for name in ("email", "reason", "note")}
    reason = next((each for each in BY_HAND if each.value == typed["reason"]), SuppressionReason.MANUAL)
    try:
        address = parse_address(typed["email"])
        suppress_address(session(), address, reason, actor=current_actor(), note=typed["note"])
    except DomainError as error:
        session().rollback()
        return make_response(_page(typed, error.fields or {"email": error.message}), STATUS[error.decision])
    session().commit()
    flash(_("Nothing more is sent to %(address)s.", address=address.email), "success")
    return redirect(url_for(".suppressions"), 303)


@blueprint.get(f"{SUPPRESSIONS}/<int:suppression_id>/remove")
@allow(Permission.MANAGE_SUBSCRIBERS)
def ask_remove_suppression(suppression_id: int) -> AnyResponse:
    """Ask why mail may go there again."""
    try:
        row = get_suppression(session(), suppression_id)
    except Missing:
        return _gone()
    return make_response(
        render_template(
            "admin/subscribers/unsuppress.html",
            publication=current_publication(),
            row=row,
            reasons=[(each.value, str(REMOVALS[each])) for each in RemovalReason],
        )
    )


@blueprint.post(f"{SUPPRESSIONS}/<int:suppression_id>/remove")
@allow(Permission.MANAGE_SUBSCRIBERS)
def remove_suppressed(suppression_id: int) -> AnyResponse:
    """Remove it. Pressed twice, the second time says that it is done."""
    asked = request.form.get("reason", "")
    if asked not in set(RemovalReason):
        flash(_("Enter why it can get mail again."), "error")
        return redirect(url_for(".ask_remove_suppression", suppression_id=suppression_id), 303)
    try:
        row = get_suppression(session(), suppression_id)
        remove_suppression(session(), row, RemovalReason(asked), actor=current_actor())
    except Missing:
        return _gone()
    except Conflict as error:
        session().rollback()
        flash(error.message, "error")
        return redirect(url_for(".suppressions"), 303)
    session().commit()
    flash(_("The address is no longer suppressed."), "success")
    return redirect(url_for(".suppressions"), 303)


@blueprint.post(f"{SUPPRESSIONS}/export")
@allow(Permission.MANAGE_SUBSCRIBERS)
@fresh
def export_suppressions() -> Response:
    """All of them as CSV (RFC 4180), read and sent a piece at a time. Who took it is written down."""
    ip = request.remote_addr or ""
    audit.record(session(), "suppressions.exported", "suppression", None, actor=current_actor(), ip=ip)
    session().commit()
    return csv_response(csv_rows(session()), "suppressions.csv")


def _page(typed: dict[str, str], problems: dict[str, str]) -> str:
    before, asked = asked_id("before"), request.args.get("address", "").strip()[:LONGEST_ADDRESS]
    facts: dict[str, Any] = {"asked": asked, "asked_problem": "", "older": False}
    if asked:
        try:
            found = find_suppression(session(), parse_address(asked))
            facts["rows"] = [found] if found else []
        except DomainError as error:
            facts |= {"rows": [], "asked_problem": error.message}
    else:
        facts["rows"], facts["older"] = list_suppressions(session(), before=before)
    return render_template(
        "admin/subscribers/suppressions.html",
        publication=current_publication(),
        before=before,
        typed=typed,
        problems=problems,
        reasons=BY_HAND,
        longest_note=LONGEST_NOTE,
        **facts,
    )


def _gone() -> AnyResponse:
    session().rollback()
    flash(_("This address was no longer suppressed; nothing was changed."), "info")
    return redirect(url_for(".suppressions"), 303)
