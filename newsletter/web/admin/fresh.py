"""What wants a password typed a moment ago: taking addresses out, erasing people, sending to many.

A browser that somebody left open for the afternoon may look and write, but none of this. The page that leads
to such a deed asks first, so that nothing is lost that was typed there; whoever comes from it has as long
again to press its button.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.sessions import started_at
from newsletter.core import clock
from newsletter.web.accounts import signed_in
from newsletter.web.accounts.destinations import own_path
from newsletter.web.database import session
from newsletter.web.errors import wants_json

View = TypeVar("View", bound=Callable[..., Any])

LABEL = "newsletter_wants_fresh_sign_in"
FRESH = timedelta(minutes=15)
TO_PRESS_THE_BUTTON = timedelta(minutes=15)
# Above how many readers a sending wants it, and their number typed; the application's config can change it.
LARGE_SENDING = 1_000


def fresh(view: View) -> View:
    """Say that the view wants a fresh sign-in. It stands directly under `allow`."""
    setattr(view, LABEL, True)
    return view


def wants_fresh_sign_in(app: Flask, endpoint: str) -> bool:
    """Whether the view of `endpoint` says so."""
    return getattr(app.view_functions.get(endpoint), LABEL, False)


def is_large(readers: int) -> bool:
    """Whether a sending to so many is one that is confirmed twice."""
    return readers > int(current_app.config.get("TYPED_COUNT_ABOVE", LARGE_SENDING))


def is_fresh() -> bool:
    """Whether the password of this browser's session was typed a moment ago."""
    patience = FRESH if request.method in {"GET", "HEAD"} else FRESH + TO_PRESS_THE_BUTTON
    since = started_at(session(), signed_in.own_key())
    return since is not None and clock.now() - since <= patience


def ask_for_password() -> AnyResponse:
    """Where to type it; from there they come back to this page, or to the one whose form was sent."""
    session().rollback()
    back = own_path(request.full_path.rstrip("?") if request.method == "GET" else request.referrer)
    again = url_for("accounts_again.show", next=back)
    if wants_json():
        return make_response(jsonify(error="sign_in_again", sign_in=again), 403)
    return redirect(again, 303)
