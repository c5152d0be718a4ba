"""Pause, resume and cancel from the browser; too late, or twice, each only says its state."""

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict
from newsletter.mailings.models import Control, Mailing, MailingState
from newsletter.mailings.totals import read_totals
from newsletter.sending import control
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.mailings.blueprint import ONE, blueprint, load_mailing, publication_of, titles
from newsletter.web.database import session

Verb = Callable[..., Mailing]


@blueprint.post(f"{ONE}/pause")
@allow(Permission.SEND)
def pause(mailing_id: int) -> AnyResponse:
    """Let nothing more start."""
    said = _("Pausing. Messages already in flight finish first.")
    return _steer(control.pause, mailing_id, said)


@blueprint.post(f"{ONE}/resume")
@allow(Permission.SEND)
def resume(mailing_id: int) -> AnyResponse:
    """Resume exactly where it stopped."""
    return _steer(control.resume, mailing_id, _("The mailing continues where it stopped."))


@blueprint.get(f"{ONE}/cancel")
@allow(Permission.SEND)
def ask_cancel(mailing_id: int) -> AnyResponse:
    """Ask first; what is over or already stops for good has nothing to ask."""
    mailing = load_mailing(mailing_id)
    if mailing.state in control.OVER or mailing.control is Control.CANCEL:
        return redirect(url_for(".watch", mailing_id=mailing_id), 303)
    page = render_template(
        "admin/mailings/cancel.html",
        mailing=mailing,
        publication=publication_of(mailing),
        issue_title=titles([mailing]).get(mailing.issue_id, ""),
        totals=read_totals(session(), mailing_id),
    )
    return make_response(page)


@blueprint.post(f"{ONE}/cancel")
@allow(Permission.SEND)
def cancel(mailing_id: int) -> AnyResponse:
    """Stop for good."""
    return _steer(
        control.cancel,
        mailing_id,
        _("The mailing is being cancelled. People it has not reached yet get no copy."),
    )


def _steer(verb: Verb, mailing_id: int, said: str) -> AnyResponse:
    try:
        mailing = verb(session(), mailing_id, actor=current_actor())
        if mailing.state is MailingState.CANCELLED:
            said = _("It is cancelled.")
        session().commit()
        flash(said, "success")
    except Conflict as error:
        session().rollback()
        flash(_too_late(load_mailing(mailing_id), error), "info")
    return redirect(url_for(".watch", mailing_id=mailing_id), 303)


def _too_late(mailing: Mailing, error: Conflict) -> str:
    if mailing.state is MailingState.FINISHED:
        return str(_("The mailing had already finished; nothing was changed."))
    if mailing.state is MailingState.CANCELLED:
        return str(_("The mailing was already cancelled; nothing was changed."))
    if mailing.control is Control.CANCEL:
        return str(_("The mailing is already being cancelled; nothing was changed."))
    return error.message
