"""`/sign-in` and `/sign-out`.

Whoever tries addresses learns nothing: an unknown one gets the same answer, and costs the same Argon2 hash,
as a wrong password does.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security.utils import verify_password
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as AnyResponse

from newsletter import audit
from newsletter.accounts.find import find_user_by_address
from newsletter.accounts.models import User
from newsletter.accounts.passwords import normalise, wasted_hash
from newsletter.accounts.roles import has_owner
from newsletter.core.addresses import Address, parse_address
from newsletter.core.errors import Limited, Refused
from newsletter.web import limits
from newsletter.web.accounts import csrf, signed_in
from newsletter.web.accounts.destinations import after_sign_in
from newsletter.web.accounts.device import known_device, remember_device
from newsletter.web.accounts.sign_in_form import SignInForm
from newsletter.web.database import session

blueprint = Blueprint("accounts_sign_in", __name__)


@blueprint.get("/sign-in")
def show() -> AnyResponse | str:
    """The form; who is signed in goes on."""
    wanted = request.args.get("next", "")
    if signed_in.user() is not None:
        return redirect(after_sign_in(wanted))
    return _page(SignInForm(next=wanted))


@blueprint.post("/sign-in")
def enter() -> AnyResponse | tuple[str, int]:
    """Sign in, into a new session."""
    form = SignInForm()
    if not form.validate():
        return _page(form), 400
    address = _address(form.text("email"))
    account = address.key if address else form.text("email")
    try:
        limits.consume_sign_in(account, known_device(account))
    except Limited as error:
        return _page(form, problem=error.message), 429
    user = find_user_by_address(session(), address) if address else None
    if not _matches(user, form.text("password")) or user is None:
        _note_failure(user)
        return _page(form, problem=_("Wrong email address or password. Try again.")), 401
    signed_in.sign_in(user)
    ip = request.remote_addr or ""
    audit.record(session(), "user.signed_in", "user", user.id, actor=user.email, ip=ip)
    session().commit()
    limits.forgive_sign_in(user.email_key)
    remember_device(user)
    return redirect(after_sign_in(form.text("next")), 303)


@blueprint.post("/sign-out")
def leave() -> AnyResponse:
    """End this session, also for whoever has a copy of its cookie."""
    user = signed_in.user()
    if user is not None:
        audit.record(
            session(), "user.signed_out", "user", user.id, actor=user.email, ip=request.remote_addr or ""
        )
    signed_in.sign_out()
    session().commit()
    return redirect(url_for(".show", bye="1"), 303)


@blueprint.errorhandler(CSRFError)
def _stale(error: CSRFError) -> AnyResponse | tuple[str, int]:
    """A page from before one signed in or out: pressing its button again does no harm."""
    user, leaving = signed_in.user(), request.endpoint == f"{blueprint.name}.leave"
    if leaving:
        return csrf.refused(error) if user else redirect(url_for(".show"), 303)
    if user is not None:
        return redirect(after_sign_in(request.form.get("next")), 303)
    problem = csrf.missing_cookie() or _("This page was open for too long. Please sign in again.")
    return _page(SignInForm(), problem=problem), 400


def _matches(user: User | None, password: str) -> bool:
    """Whether the password is this user's; takes equally long when there is no user or no password."""
    stored = user.password if user is not None and user.active else None
    right = verify_password(normalise(password), stored or wasted_hash())
    return right and stored is not None


def _address(text: str) -> Address | None:
    try:
        return parse_address(text)
    except Refused:
        return None


def _note_failure(user: User | None) -> None:
    """In the audit: somebody tried. What they typed is not written down: it may be a password."""
    audit.record(
        session(),
        "user.sign_in_failed",
        "user",
        user.id if user else None,
        actor=user.email if user else "somebody",
        ip=request.remote_addr or "",
    )
    session().commit()


def _page(form: SignInForm, problem: str = "") -> str:
    return render_template(
        "accounts/sign_in.html",
        form=form,
        problem=problem,
        left=request.args.get("bye") == "1",
        unowned=not has_owner(session()),
    )
