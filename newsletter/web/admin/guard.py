"""Who may open a page of the admin. Every view says what it needs; one that does not is refused.

@blueprint.get("/team")
@allow(Permission.MANAGE_TEAM)
def show() -> str: ...
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, jsonify, make_response, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission
from newsletter.web.accounts import csrf, signed_in
from newsletter.web.accounts.destinations import own_path
from newsletter.web.admin.fresh import ask_for_password, is_fresh, wants_fresh_sign_in
from newsletter.web.errors import ADMIN, answer, in_admin, wants_json

View = TypeVar("View", bound=Callable[..., Any])

LABEL = "newsletter_permission"
LAST_PUBLICATION = "publication"  # in the cookie: which one was looked at last


def allow(permission: Permission) -> Callable[[View], View]:
    """Say what the view needs. It stands directly under the route's decorator."""

    def label(view: View) -> View:
        setattr(view, LABEL, permission)
        return view

    return label


def needed_permission(app: Flask, endpoint: str) -> Permission | None:
    """What the view of `endpoint` says it needs; None when it does not say."""
    return getattr(app.view_functions.get(endpoint), LABEL, None)


def current_user() -> User:
    """Who is signed in; for views behind the guard, which has made sure that somebody is."""
    user = signed_in.user()
    if user is None:
        abort(403)
    return user


def current_actor() -> str:
    """The address of who is signed in, for the audit and for `actor=`."""
    return current_user().email


def init_app(app: Flask) -> None:
    app.before_request(_check)
    app.after_request(_keep_private)


def _check() -> AnyResponse | None:
    if request.url_rule is not None and in_admin():
        user = signed_in.user()
        if user is None:
            return _signed_out()
        permission = needed_permission(current_app, request.endpoint or "")
        if permission is None or not user.may(permission):
            return answer(
                403, _("Your role on the team does not allow this. Ask an owner."), code="forbidden"
            )
        _remember_publication()
    csrf.check()
    if wants_fresh_sign_in(current_app, request.endpoint or "") and not is_fresh():
        return ask_for_password()
    return None


def _signed_out() -> AnyResponse:
    """To the sign-in page, and from there back: to this page, or to the one whose form was sent."""
    wanted = own_path(request.full_path.rstrip("?") if request.method == "GET" else request.referrer)
    sign_in = url_for("accounts_sign_in.show", next=wanted)
    if wants_json():
        return make_response(jsonify(error="signed_out", sign_in=sign_in), 401)
    return redirect(sign_in, 303)


def _remember_publication() -> None:
    slug = (request.view_args or {}).get("slug")
    if slug and request.path.startswith(f"{ADMIN}/p/") and cookie.get(LAST_PUBLICATION) != slug:
        cookie[LAST_PUBLICATION] = slug


def _keep_private(response: Response) -> Response:
    if in_admin() or csrf.is_protected():
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
