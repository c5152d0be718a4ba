"""Retry rejected deliveries, and resend to the unanswered; of two presses only one acts."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict
from newsletter.core.text import without_nul
from newsletter.mailings.totals import DisplayedState, read_totals
from newsletter.sending import requeue
from newsletter.web.admin.formats import exactly
from newsletter.web.admin.fresh import ask_for_password, is_fresh, is_large
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.mailings.blueprint import (
    ONE,
    blueprint,
    has_another_turn,
    load_mailing,
    publication_of,
    titles,
)
from newsletter.web.admin.mailings.watch import LONGEST_REASON
from newsletter.web.admin.paging import read_id
from newsletter.web.database import session

EVERY = "every"  # what the form says instead of one reason; a reason may be empty


@blueprint.get(f"{ONE}/retry")
@allow(Permission.SEND)
def ask_retry(mailing_id: int) -> AnyResponse:
    """Ask first, by reason; where nobody is rejected there is nothing to ask."""
    mailing = load_mailing(mailing_id)
    totals = read_totals(session(), mailing_id)
    if not totals.rejected or not has_another_turn(mailing):
        return _back(mailing_id)
    if is_large(totals.rejected) and not is_fresh():
        return ask_for_password()
    chosen = request.args.get("reason", EVERY)
    page = render_template(
        "admin/mailings/retry.html",
        mailing=mailing,
        publication=publication_of(mailing),
        issue_title=titles([mailing]).get(mailing.issue_id, ""),
        totals=totals,
        every=EVERY,
        chosen=chosen if chosen in totals.rejected_reasons else EVERY,
    )
    return make_response(page)


@blueprint.post(f"{ONE}/retry")
@allow(Permission.SEND)
def retry_rejected(mailing_id: int) -> AnyResponse:
    """The rejected, or those with one reason, get another turn."""
    reason = without_nul(request.form.get("reason", EVERY))[:LONGEST_REASON]
    if not is_fresh() and is_large(read_totals(session(), mailing_id).rejected):
        return ask_for_password()
    try:
        chosen = None if reason == EVERY else reason
        n = requeue.retry_rejected(session(), mailing_id, actor=current_actor(), reason=chosen)
    except Conflict:
        return _too_late(mailing_id)
    session().commit()
    if n:
        said = ngettext("Retrying %(count)s person.", "Retrying %(count)s people.", n, count=exactly(n))
        flash(_when_resumed(mailing_id, said), "success")
    else:
        flash(_("Nobody is rejected for that reason now; nothing was changed."), "info")
    return _back(mailing_id)


@blueprint.post(f"{ONE}/resend")
@allow(Permission.SEND)
def resend_unanswered(mailing_id: int) -> AnyResponse:
    """Send to the unanswered again, if there are as many as the page said."""
    expected = read_id(request.form.get("expected", ""))
    if is_large(expected) and not is_fresh():
        return ask_for_password()
    try:
        n = requeue.resend_unanswered(session(), mailing_id, expected, actor=current_actor())
    except Conflict as error:
        if "unanswered" not in error.fields:
            return _too_late(mailing_id)
        session().rollback()
        flash(_changed(int(error.fields["unanswered"])), "info")
        return _back(mailing_id)
    session().commit()
    said = ngettext(
        "Sending again to %(count)s person.", "Sending again to %(count)s people.", n, count=exactly(n)
    )
    flash(_when_resumed(mailing_id, said) if n else _changed(0), "success" if n else "info")
    return _back(mailing_id)


def _changed(now: int) -> str:
    if not now:
        return str(_("Nobody is unanswered now; nothing was sent again."))
    return str(
        ngettext(
            "There is now %(count)s unanswered. Nothing was sent again; please check and decide again.",
            "There are now %(count)s unanswered. Nothing was sent again; please check and decide again.",
            now,
            count=exactly(now),
        )
    )


def _when_resumed(mailing_id: int, said: str) -> str:
    if read_totals(session(), mailing_id).state in {DisplayedState.PAUSED, DisplayedState.STOPPING}:
        return str(_("%(said)s The mailing is paused, so this starts when you resume it.", said=said))
    return said


def _too_late(mailing_id: int) -> AnyResponse:
    session().rollback()
    flash(_("This mailing was cancelled or has not started; nothing was changed."), "info")
    return _back(mailing_id)


def _back(mailing_id: int) -> AnyResponse:
    return redirect(url_for(".watch", mailing_id=mailing_id), 303)
