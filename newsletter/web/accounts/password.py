"""`/forgot-password` and `/reset-password/<token>`: a new password, by way of one's mailbox.

The answer to an address is the same whether or not it is a user's. A new password signs nobody in: it is
typed once more on the sign-in page, where a second factor would be asked for.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.models import User
from newsletter.accounts.set_password import set_password
from newsletter.accounts.tokens import read_user_token
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Limited, Refused
from newsletter.core.tokens import Purpose
from newsletter.deferred.defer import defer_password_reset
from newsletter.web import current, limits
from newsletter.web.accounts import signed_in
from newsletter.web.accounts.device import known_device, remember_device
from newsletter.web.accounts.links import make_link_pages
from newsletter.web.accounts.mail_language import mail_language
from newsletter.web.accounts.password_forms import AddressForm, ChoosePasswordForm
from newsletter.web.accounts.sentences import sentence_for
from newsletter.web.database import session

blueprint = Blueprint("accounts_password", __name__)
make_link_pages(blueprint)


@blueprint.get("/forgot-password")
def forgot() -> str:
    """The form."""
    return _ask(AddressForm(email=request.args.get("email", "")[:254]))


@blueprint.post("/forgot-password")
def ask() -> str | tuple[str, int]:
    """Have a worker send a link, if the address is a user's; say the same, and as soon, if it is not."""
    form = AddressForm()
    if not form.validate():
        return _ask(form), 400
    try:
        address = parse_address(form.text("email"))
    except Refused as error:
        form.email.errors = [sentence_for(error)]
        return _ask(form), 400
    try:
        allowed = limits.consume_mail(address.key, known_device(address.key))
    except Limited as error:
        return _ask(form, error.message), 429
    if allowed:
        defer_password_reset(session(), address, locale=mail_language(), ip=request.remote_addr or "")
        session().commit()
    return render_template("accounts/reset_asked.html", email=address.email)


@blueprint.get("/reset-password/<token>")
def show(token: str) -> str:
    """The form for the new password."""
    return _choose(token, _owner_of(token), ChoosePasswordForm())


@blueprint.post("/reset-password/<token>")
def reset(token: str) -> AnyResponse | tuple[str, int]:
    """Set it, and end every session of this user. Earlier tries are forgiven: strangers have no such link."""
    form, user = ChoosePasswordForm(), _owner_of(token)
    if not form.validate():
        return _choose(token, user, form), 400
    try:
        set_password(
            session(),
            user,
            form.text("password"),
            locale=mail_language(),
            actor=user.email,
            ip=request.remote_addr or "",
        )
    except Refused as error:
        if "password" not in error.fields:
            raise
        session().rollback()
        form.password.errors = [sentence_for(error)]
        return _choose(token, user, form), 400
    session().commit()
    limits.forgive_sign_in(user.email_key)
    remember_device(user)
    signed_in.forget()
    flash(_("Your new password is set. Sign in with it."), "success")
    return redirect(url_for("accounts_sign_in.show"), 303)


def _owner_of(token: str) -> User:
    return read_user_token(session(), current.links().signer, Purpose.PASSWORD_RESET, token)


def _ask(form: AddressForm, problem: str = "") -> str:
    return render_template("accounts/forgot_password.html", form=form, problem=problem)


def _choose(token: str, user: User, form: ChoosePasswordForm) -> str:
    return render_template("accounts/reset_password.html", form=form, token=token, email=user.email)
