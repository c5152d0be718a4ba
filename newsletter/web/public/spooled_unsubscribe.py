"""Unsubscribes while the database is away: kept in the spool, and answered like any other.

Beside the views that unsubscribe, not in them: whatever the database says there ends here. A link proves by
its signature alone whom it may unsubscribe, so nothing has to be asked.
"""

from collections.abc import Callable
from contextlib import ExitStack, suppress

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from newsletter.core.db import lock_timeout
from newsletter.core.tokens import Purpose
from newsletter.sending import failpoints
from newsletter.subscribers.models import ConsentSource
from newsletter.subscribers.unsubscribe_spool import EVERYTHING, SpooledUnsubscribe
from newsletter.web.errors import database_error
from newsletter.web.public.private import read_token
from newsletter.web.unsubscribe_replay import unsubscribe_replay

# A mail program waits some seconds for its answer, and a thread that waits answers nobody else.
LOCK_TIMEOUT_SECONDS = 2.0
ASK = "unsubscribe.show"


def make_durable(blueprint: Blueprint) -> None:
    """Let the unsubscribes of the blueprint's views reach the spool when they do not reach the database."""
    blueprint.before_request(_begin)
    blueprint.teardown_request(_end)
    blueprint.register_error_handler(DBAPIError, _database_failed)
    blueprint.register_error_handler(NoConnectionFree, _database_failed)


def is_one_click() -> bool:
    """Whether a mail program asks, not a person at a page (RFC 8058 §3.1)."""
    return request.form.get("List-Unsubscribe") == "One-Click"


def _begin() -> Response | None:
    """Do not wait long for the database, and not at all while it is known to be away."""
    if request.method != "POST" or request.endpoint not in _READ:
        return None
    if unsubscribe_replay().is_running:
        with suppress(OSError):  # the database may be back
            if kept := _keep():
                return kept
    g.lock_timeout = ExitStack()
    g.lock_timeout.enter_context(lock_timeout(LOCK_TIMEOUT_SECONDS))
    return None


def _end(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("lock_timeout", None)
    if stack is not None:
        stack.close()


def _database_failed(error: DBAPIError | NoConnectionFree) -> Response:
    if request.endpoint == ASK:
        return _ask()
    if request.endpoint not in _READ:
        return database_error(error)
    try:
        kept = _keep()
    except OSError as full:
        current_app.logger.error("an unsubscribe can be kept nowhere: %s", full)
        return database_error(error)
    current_app.logger.warning("an unsubscribe waits for the database: %s", type(error).__name__)
    return kept or database_error(error)


def _keep() -> Response | None:
    """Keep what this request asks for and answer it; None when it asks for nothing. Raises `OSError`."""
    entry = _READ[request.endpoint or ""](str((request.view_args or {})["token"]))
    if entry is None:
        return None
    replay = unsubscribe_replay()
    replay.spool.keep(entry)
    if failpoints.armed:
        failpoints.reach("unsubscribe.kept")
    replay.start()
    if is_one_click():
        return Response("Unsubscribed.\n", mimetype="text/plain")
    return make_response(
        render_template(
            "public/message.html", heading=_("Unsubscribed"), sentence=_("Nothing more will be sent.")
        )
    )


def _ask() -> Response:
    """The page with the button, which cannot say of what nor to whom."""
    return make_response(
        render_template(
            "public/message.html",
            heading=_("Unsubscribe"),
            sentence=_("Nothing more will be sent."),
            action_label=_("Unsubscribe"),
            action_url=url_for("unsubscribe.end_subscription", **request.view_args or {}),
            action_method="post",
        )
    )


def _by_link(token: str) -> SpooledUnsubscribe | None:
    subscription_id, mailing_id = read_token(Purpose.UNSUBSCRIBE, token, 2).ids
    if not subscription_id:  # of a test message
        return None
    source = ConsentSource.ONE_CLICK if is_one_click() else ConsentSource.PAGE
    return SpooledUnsubscribe(source, subscription_id, mailing_id=mailing_id, ip=request.remote_addr or "")


def _by_form(token: str) -> SpooledUnsubscribe | None:
    """The subscription that the form names; whether it is this person's is seen later."""
    named = request.form.get("subscription", type=int)
    return _of_person(token, named) if named and named > 0 else None


def _everything(token: str) -> SpooledUnsubscribe | None:
    return _of_person(token, EVERYTHING)


def _of_person(token: str, subscription_id: int) -> SpooledUnsubscribe | None:
    subscriber_id = read_token(Purpose.PREFERENCES, token, 1).ids[0]
    if not subscriber_id:  # of a test message
        return None
    ip = request.remote_addr or ""
    return SpooledUnsubscribe(ConsentSource.PREFERENCES, subscription_id, subscriber_id=subscriber_id, ip=ip)


# What the views that unsubscribe are asked for.
_READ: dict[str | None, Callable[[str], SpooledUnsubscribe | None]] = {
    "unsubscribe.end_subscription": _by_link,
    "preferences.leave": _by_form,
    "preferences.leave_all": _everything,
}
