"""`/set-up/<token>`: the first owner. The link works until there is one."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts import set_up as domain
from newsletter.accounts.roles import has_owner
from newsletter.accounts.tokens import read_set_up_token
from newsletter.core.errors import Conflict, DomainError
from newsletter.web import current
from newsletter.web.accounts import signed_in
from newsletter.web.accounts.device import remember_device
from newsletter.web.accounts.links import make_link_pages
from newsletter.web.accounts.password_forms import SetUpForm
from newsletter.web.accounts.sentences import sentence_for
from newsletter.web.database import session

blueprint = Blueprint("accounts_set_up", __name__)
make_link_pages(blueprint)


@blueprint.get("/set-up/<token>")
def show(token: str) -> str:
    """The form."""
    _check(token)
    return _page(token, SetUpForm())


@blueprint.post("/set-up/<token>")
def make_owner(token: str) -> AnyResponse | tuple[str, int]:
    """Make the owner and sign them in."""
    _check(token)
    form, ip = SetUpForm(), request.remote_addr or ""
    if not form.validate():
        return _page(token, form), 400
    try:
        owner = domain.set_up(session(), email=form.text("email"), password=form.text("password"), ip=ip)
    except Conflict:
        raise
    except DomainError as error:
        session().rollback()
        field = form.password if "password" in error.fields else form.email
        field.errors = [sentence_for(error)]
        return _page(token, form), 400
    signed_in.sign_in(owner)
    audit.record(session(), "user.signed_in", "user", owner.id, actor=owner.email, ip=ip)
    session().commit()
    remember_device(owner)
    return redirect(url_for("admin_home.show"), 303)


def _check(token: str) -> None:
    read_set_up_token(current.links().signer, token)
    if has_owner(session()):
        raise Conflict("already_set_up", "This installation already has an owner.")


def _page(token: str, form: SetUpForm) -> str:
    return render_template("accounts/set_up.html", form=form, token=token)
