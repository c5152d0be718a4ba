"""`/admin/account`: one's own password and where one is signed in; for scripts, the session itself."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security.utils import verify_password
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts.passwords import normalise, wasted_hash
from newsletter.accounts.permissions import Permission
from newsletter.accounts.sessions import end_sessions, open_sessions
from newsletter.accounts.set_password import set_password
from newsletter.core.errors import Limited, Refused
from newsletter.web import limits
from newsletter.web.accounts import csrf, signed_in
from newsletter.web.accounts.mail_language import mail_language
from newsletter.web.accounts.password_forms import ChangePasswordForm
from newsletter.web.accounts.sentences import sentence_for
from newsletter.web.admin.guard import allow, current_user
from newsletter.web.database import session

blueprint = Blueprint("admin_account", __name__, url_prefix="/admin")


@blueprint.get("/account")
@allow(Permission.VIEW)
def show() -> str:
    """Password and sessions."""
    return _page(ChangePasswordForm())


@blueprint.post("/account/password")
@allow(Permission.VIEW)
def change_password() -> AnyResponse | tuple[str, int]:
    """A new password: every other browser is signed out, this one goes on in a new session."""
    form, user = ChangePasswordForm(), current_user()
    if not form.validate():
        return _page(form), 400
    try:
        limits.consume_sign_in(user.email_key, device=None)  # who sits here need not be its owner
    except Limited as error:
        form.current.errors = [error.message]
        return _page(form), 429
    if not verify_password(normalise(form.text("current")), user.password or wasted_hash()):
        form.current.errors = [_("This is not your current password.")]
        return _page(form), 400
    try:
        set_password(
            session(), user, form.text("password"), locale=mail_language(), actor=user.email, ip=_ip()
        )
    except Refused as error:
        session().rollback()
        form.password.errors = [sentence_for(error)]
        return _page(form), 400
    signed_in.sign_in(user)
    session().commit()
    flash(_("Your password has been changed. All other browsers are signed out."), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/report-mail")
@allow(Permission.VIEW)
def choose_report_mail() -> AnyResponse:
    """Whether the report of each mailing is mailed to oneself."""
    user = current_user()
    user.report_mail = "report_mail" in request.form
    audit.record(
        *(session(), "user.report_mail", "user", user.id),
        actor=user.email,
        ip=_ip(),
        wanted=user.report_mail,
    )
    session().commit()
    words = _("You get reports by email.") if user.report_mail else _("You no longer get reports by email.")
    flash(words, "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/sessions/end")
@allow(Permission.VIEW)
def end_others() -> AnyResponse:
    """Sign out everywhere but here."""
    user = current_user()
    end_sessions(session(), user, but=signed_in.own_key())
    audit.record(session(), "user.sessions_ended", "user", user.id, actor=user.email, ip=_ip())
    session().commit()
    flash(_("All other browsers are signed out."), "success")
    return redirect(url_for(".show"), 303)


@blueprint.get("/session.json")
@allow(Permission.VIEW)
def show_session() -> Response:
    """Who is signed in, and the token for `X-CSRFToken`: signing in brings a new one."""
    user = current_user()
    return jsonify(user=user.email, role=user.role, csrf_token=csrf.token())


def _page(form: ChangePasswordForm) -> str:
    sessions = open_sessions(session(), current_user(), signed_in.own_key())
    return render_template("admin/account/show.html", form=form, sessions=sessions)


def _ip() -> str:
    return request.remote_addr or ""
