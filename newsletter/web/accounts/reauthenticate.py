"""`/sign-in/again`: who is signed in types their password once more, before something that matters."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security.utils import verify_password
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts.models import User
from newsletter.accounts.passwords import normalise, wasted_hash
from newsletter.core.errors import Limited
from newsletter.web import limits
from newsletter.web.accounts import signed_in
from newsletter.web.accounts.destinations import after_sign_in
from newsletter.web.accounts.device import known_device, remember_device
from newsletter.web.accounts.sign_in_form import PasswordAgainForm
from newsletter.web.database import session

blueprint = Blueprint("accounts_again", __name__)


@blueprint.get("/sign-in/again")
def show() -> AnyResponse | str:
    """The form; whoever is not signed in does that first."""
    wanted = request.args.get("next", "")
    user = signed_in.user()
    if user is None:
        return redirect(url_for("accounts_sign_in.show", next=wanted), 303)
    return _page(user, PasswordAgainForm(next=wanted))


@blueprint.post("/sign-in/again")
def enter() -> AnyResponse | tuple[str, int]:
    """Go on in a new session, as after signing in."""
    user, form = signed_in.user(), PasswordAgainForm()
    if user is None:
        return redirect(url_for("accounts_sign_in.show", next=form.text("next")), 303)
    if not form.validate():
        return _page(user, form), 400
    ip = request.remote_addr or ""
    try:
        limits.consume_sign_in(user.email_key, known_device(user.email_key))
    except Limited as error:
        return _page(user, form, error.message), 429
    if not verify_password(normalise(form.text("password")), user.password or wasted_hash()):
        audit.record(session(), "user.sign_in_failed", "user", user.id, actor=user.email, ip=ip)
        session().commit()
        return _page(user, form, _("Wrong password. Try again.")), 401
    signed_in.sign_in(user)
    audit.record(session(), "user.signed_in", "user", user.id, actor=user.email, ip=ip)
    session().commit()
    limits.forgive_sign_in(user.email_key)
    remember_device(user)
    return redirect(after_sign_in(form.text("next")), 303)


def _page(user: User, form: PasswordAgainForm, problem: str = "") -> str:
    return render_template("accounts/reauthenticate.html", form=form, email=user.email, problem=problem)
