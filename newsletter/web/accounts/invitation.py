"""`/invitation/<token>`: somebody who was invited chooses a password and is signed in."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts.models import User
from newsletter.accounts.set_password import set_password
from newsletter.accounts.tokens import read_user_token
from newsletter.core.errors import Refused
from newsletter.core.tokens import Purpose
from newsletter.web import current
from newsletter.web.accounts import signed_in
from newsletter.web.accounts.device import remember_device
from newsletter.web.accounts.links import make_link_pages
from newsletter.web.accounts.mail_language import mail_language
from newsletter.web.accounts.password_forms import ChoosePasswordForm
from newsletter.web.accounts.sentences import sentence_for
from newsletter.web.database import session

blueprint = Blueprint("accounts_invitation", __name__)
make_link_pages(blueprint)


@blueprint.get("/invitation/<token>")
def show(token: str) -> str:
    """The form."""
    return _page(token, _invited(token), ChoosePasswordForm())


@blueprint.post("/invitation/<token>")
def accept(token: str) -> AnyResponse | tuple[str, int]:
    """Set the password and sign in."""
    form, user, ip = ChoosePasswordForm(), _invited(token), request.remote_addr or ""
    if not form.validate():
        return _page(token, user, form), 400
    try:
        set_password(session(), user, form.text("password"), locale=mail_language(), actor=user.email, ip=ip)
    except Refused as error:
        if "password" not in error.fields:
            raise
        session().rollback()
        form.password.errors = [sentence_for(error)]
        return _page(token, user, form), 400
    signed_in.sign_in(user)
    audit.record(session(), "user.signed_in", "user", user.id, actor=user.email, ip=ip)
    session().commit()
    remember_device(user)
    return redirect(url_for("admin_home.show"), 303)


def _invited(token: str) -> User:
    return read_user_token(session(), current.links().signer, Purpose.INVITATION, token)


def _page(token: str, user: User, form: ChoosePasswordForm) -> str:
    return render_template("accounts/invitation.html", form=form, token=token, email=user.email)
