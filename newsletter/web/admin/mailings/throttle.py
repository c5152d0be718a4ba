"""Throttle a mailing from the browser, while it runs or before."""

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, Refused
from newsletter.sending.rate_limit import throttle
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing
from newsletter.web.admin.mailings.watch import watch_page
from newsletter.web.admin.words.mailing_progress import limit_sentence
from newsletter.web.database import session

LONGEST = 40


@blueprint.post(f"{ONE}/throttle")
@allow(Permission.SEND)
def set_throttle(mailing_id: int) -> AnyResponse:
    """A number of messages a second; nothing is no limit."""
    typed = request.form["per_second"].strip()
    try:
        mailing = throttle(session(), mailing_id, _number(typed), actor=current_actor())
    except Refused:
        session().rollback()
        problem = _(
            "Enter a number of messages a second from 0.1 to 100,000, or leave it empty for no limit."
        )
        page = watch_page(load_mailing(mailing_id), limit_typed=typed[:LONGEST], limit_problem=problem)
        return make_response(page, 400)
    except Conflict:
        session().rollback()
        flash(_("The mailing was already cancelled; nothing was changed."), "info")
    else:
        session().commit()
        flash(limit_sentence(mailing.per_second), "success")
    return redirect(url_for(".watch", mailing_id=mailing_id), 303)


def _number(typed: str) -> float | None:
    """Raises `Refused` for words; whether the number can be one is asked below."""
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        raise Refused("throttle", "That is not a number.", {"per_second": "That is not a number."}) from None
