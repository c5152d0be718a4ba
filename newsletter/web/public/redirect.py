"""`/l/<token>`: a link of a mailing, on its way to where it leads now; `/o/<token>.gif`: a pixel.

A link that is not counted has a token of its own, and where it leads is asked from the database: nothing is
written, no cookie set. While the database is away, links that were followed here before still lead on.
Counted links and pixels are answered before they come here (`web.tracking`), but for links whose tokens do
not say where they lead.
"""

from collections import OrderedDict
from threading import Lock
from typing import cast

from flask import Blueprint, Flask, Response, current_app, redirect, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core.tokens import Purpose
from newsletter.redirects.find import find_target
from newsletter.web.database import session
from newsletter.web.errors import DATABASE_DOES_NOT_ANSWER, database_error
from newsletter.web.public.private import make_private, read_token
from newsletter.web.tracking import GIF, tracking

blueprint = Blueprint("redirect", __name__)
make_private(blueprint)

EXTENSION = "newsletter_followed_links"
MOST = 10_000  # links that a process remembers: those of some hundred issues


class FollowedLinks:
    """Where links led when they were last followed, the least recently followed given up first."""

    def __init__(self) -> None:
        self._targets: OrderedDict[int, str] = OrderedDict()
        self._lock = Lock()

    def note(self, link_id: int, target: str) -> None:
        """Remember where a link leads."""
        with self._lock:
            self._targets[link_id] = target
            self._targets.move_to_end(link_id)
            if len(self._targets) > MOST:
                self._targets.popitem(last=False)

    def find(self, link_id: int) -> str | None:
        """Where the link led; None when it was not followed lately."""
        with self._lock:
            return self._targets.get(link_id)


@blueprint.record
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions[EXTENSION] = FollowedLinks()


@blueprint.get("/l/<token>")
def follow(token: str) -> AnyResponse:
    """Lead to where the link leads now."""
    link_id = _link_id(token)
    target = find_target(session(), link_id)
    _followed(current_app).note(link_id, target)
    _record(token)
    return redirect(target, 302)


@blueprint.get("/o/<token>.gif")
def show_pixel(token: str) -> AnyResponse:
    """The same picture for everybody."""
    tracking().opened(token, request.environ)
    return Response(GIF, mimetype="image/gif")


def _database_failed(error: DBAPIError | NoConnectionFree) -> AnyResponse:
    """Lead to where the link led when it was last followed; else say that it cannot be done now."""
    if isinstance(error, DATABASE_DOES_NOT_ANSWER):
        token = str((request.view_args or {})["token"])
        target = _followed(current_app).find(_link_id(token))
        if target is not None:
            _record(token)
            return redirect(target, 302)
    return database_error(error)


blueprint.register_error_handler(DBAPIError, _database_failed)
blueprint.register_error_handler(NoConnectionFree, _database_failed)


def _link_id(token: str) -> int:
    if "." in token:
        return tracking().read_link(token)[0].link_id
    return read_token(Purpose.REDIRECT, token, 1).ids[0]


def _record(token: str) -> None:
    if "." in token:
        tracking().followed(*tracking().read_link(token), request.environ)


def _followed(app: Flask) -> FollowedLinks:
    return cast(FollowedLinks, app.extensions[EXTENSION])
