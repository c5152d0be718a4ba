"""Readers get email again after bounces or a complaint: a link by mail shows that their address works."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core.tokens import Purpose
from newsletter.feedback.lift import GOOD_FOR, lift, liftable, moment_of, send_link
from newsletter.subscribers.models import Subscriber
from newsletter.subscribers.queries import find_subscriber
from newsletter.web import language
from newsletter.web.database import session
from newsletter.web.public.private import make_private, read_token

blueprint = Blueprint("lift", __name__)
make_private(blueprint)


@blueprint.post("/p/<token>/lift")
def ask(token: str) -> AnyResponse:
    """Send the link to the address itself."""
    subscriber = _subscriber(read_token(Purpose.PREFERENCES, token, 1).ids[0])
    send_link(session(), subscriber, language.current())
    session().commit()
    return redirect(url_for("preferences.show", token=token, done="link-sent"), 303)


@blueprint.get("/lift/<token>")
def show(token: str) -> str:
    """Ask with one button: scanners follow links, and may not lift anything."""
    subscriber_id, moment = _read(token)
    subscriber = _subscriber(subscriber_id)
    suppression = liftable(session(), subscriber)
    if suppression is None or moment_of(suppression) != moment:
        return _lifted()
    return render_template(
        "public/lift.html", email=subscriber.email, action_url=url_for(".confirm", token=token)
    )


@blueprint.post("/lift/<token>")
def confirm(token: str) -> str:
    """Email them again."""
    subscriber_id, moment = _read(token)
    _subscriber(subscriber_id)
    lift(session(), subscriber_id, moment)
    session().commit()
    return _lifted()


def _read(token: str) -> tuple[int, int]:
    subscriber_id, moment = read_token(Purpose.LIFT, token, 2, max_age=GOOD_FOR).ids
    return subscriber_id, moment


def _subscriber(subscriber_id: int) -> Subscriber:
    subscriber = find_subscriber(session(), subscriber_id)
    language.prefer(subscriber.language)
    return subscriber


def _lifted() -> str:
    return render_template(
        "public/message.html",
        heading=_("You get email again"),
        sentence=_("Everything you subscribe to is sent to you again."),
    )
