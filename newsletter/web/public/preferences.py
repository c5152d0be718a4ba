"""`/p/<token>`: what a person gets, what we know about them, and how to unsubscribe.

The token is a MAC'd capability that only the emails to this person carry, and every form posts to a URL that
contains it: a site that wanted to forge a request would have to know the token, with which it could act
anyway. There is no cookie to ride on, so there is no CSRF token. A press of a button answers with a redirect
back to the page, which says what was done (`?done=…`, a fixed vocabulary).
"""

import json

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.audit.record import SUBSCRIBER
from newsletter.core.db import truncate_log
from newsletter.core.errors import Conflict
from newsletter.core.tokens import Purpose
from newsletter.subscribers.erase import erase
from newsletter.subscribers.export_data import export_data
from newsletter.subscribers.frequency import change_frequency
from newsletter.subscribers.models import ConsentSource, Subscriber, Subscription
from newsletter.subscribers.pause import pause, resume
from newsletter.subscribers.preferences import change_preferences
from newsletter.subscribers.queries import find_subscriber, lock_subscription
from newsletter.subscribers.undo import resubscribe
from newsletter.subscribers.unsubscribe import unsubscribe, unsubscribe_from_all
from newsletter.tracking.consent import set_tracking_consent
from newsletter.web import language
from newsletter.web.current import personal_files
from newsletter.web.database import session
from newsletter.web.public.preferences_choices import named_subscription
from newsletter.web.public.preferences_forms import AS_PUBLISHED, PreferencesForm
from newsletter.web.public.preferences_page import CHANGED, preferences_page
from newsletter.web.public.private import make_private, read_token, show_test_page
from newsletter.web.public.spooled_unsubscribe import make_durable

blueprint = Blueprint("preferences", __name__)
make_private(blueprint)
make_durable(blueprint)

NOBODY = 0  # the subscriber in the links of a test message


@blueprint.get("/p/<token>")
def show(token: str) -> str:
    """Everything on one page."""
    subscriber_id = _read(token)
    if subscriber_id == NOBODY:
        return show_test_page()
    subscriber = _subscriber(subscriber_id)
    return preferences_page(token, subscriber)


@blueprint.post("/p/<token>")
def save(token: str) -> AnyResponse | tuple[str, int]:
    """Name and language."""
    subscriber = _subscriber(_read(token))
    form = PreferencesForm()
    form.offer_languages()
    if not form.validate():
        return preferences_page(token, subscriber, form=form), 400
    chosen = "" if form.language.data == AS_PUBLISHED else form.language.data
    try:
        change_preferences(
            session(),
            subscriber.id,
            name=form.text("name"),
            language=chosen,
            seen=request.form.get("seen", ""),
        )
    except Conflict as error:
        session().rollback()
        if error.code != "changed_meanwhile":
            raise
        return preferences_page(token, subscriber, form=form, problem=str(CHANGED)), 409
    return _done(token, "saved")


@blueprint.post("/p/<token>/leave")
def leave(token: str) -> AnyResponse:
    """Leave one publication."""
    unsubscribe(
        session(),
        _named_subscription(token).id,
        source=ConsentSource.PREFERENCES,
        ip=request.remote_addr or "",
    )
    return _done(token, "left")


@blueprint.post("/p/<token>/rejoin")
def join_again(token: str) -> AnyResponse:
    """Take up again what one had left."""
    subscription = lock_subscription(session(), _named_subscription(token).id)
    if subscription.ended_reason is not None:
        resubscribe(
            session(),
            subscription,
            source=ConsentSource.PREFERENCES,
            locale=language.current(),
            ip=request.remote_addr or "",
        )
    return _done(token, "rejoined")


@blueprint.post("/p/<token>/pause")
def pause_subscription(token: str) -> AnyResponse:
    """Pause one publication for some months."""
    subscription = _named_subscription(token)
    # What is not a number is not a length either: `pause` says so.
    pause(session(), subscription.id, request.form.get("months", type=int) or 0)
    return _done(token, "paused")


@blueprint.post("/p/<token>/frequency")
def choose_frequency(token: str) -> AnyResponse:
    """Each issue, or one summary a month."""
    frequency = request.form.get("frequency", "")
    change_frequency(session(), _named_subscription(token).id, frequency)
    return _done(token, f"frequency-{frequency}")


@blueprint.post("/p/<token>/resume")
def resume_subscription(token: str) -> AnyResponse:
    """End a pause before its time."""
    resume(session(), _named_subscription(token).id)
    return _done(token, "resumed")


@blueprint.post("/p/<token>/tracking")
def change_tracking(token: str) -> AnyResponse:
    """Agree that what one follows and opens is kept, or no longer (`allowed` is empty)."""
    allowed = bool(request.form.get("allowed"))
    set_tracking_consent(
        session(),
        _named_subscription(token).id,
        allowed=allowed,
        locale=language.current(),
        ip=request.remote_addr or "",
    )
    return _done(token, "tracking-on" if allowed else "tracking-off")


@blueprint.post("/p/<token>/leave-all")
def leave_all(token: str) -> AnyResponse:
    """Leave everything at once."""
    subscriber = _subscriber(_read(token))
    unsubscribe_from_all(
        session(), subscriber.id, source=ConsentSource.PREFERENCES, ip=request.remote_addr or ""
    )
    return _done(token, "left-all")


@blueprint.get("/p/<token>/data.json")
def download(token: str) -> Response:
    """Everything we know about the person, to keep or to take elsewhere."""
    data = export_data(session(), _read(token))
    response = Response(json.dumps(data, ensure_ascii=False, indent=2) + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    return response


@blueprint.get("/p/<token>/erase")
def ask_to_erase(token: str) -> str:
    """Ask once more."""
    subscriber = _subscriber(_read(token))
    return render_template(
        "public/erase.html",
        email=subscriber.email,
        action_url=url_for(".erase_person", token=token),
        back_url=url_for(".show", token=token),
    )


@blueprint.post("/p/<token>/erase")
def erase_person(token: str) -> str:
    """Erase everything that says who this was. There is no way back."""
    subscriber = _subscriber(_read(token))
    erase(session(), subscriber.id, actor=SUBSCRIBER, files=personal_files())
    session().commit()
    truncate_log(session())
    return render_template(
        "public/message.html",
        heading=_("Your data has been deleted"),
        sentence=_("We have deleted your address, your name and what you wrote to us."),
        more=_(
            "We only keep a fingerprint of the address, from which it cannot be read, so that"
            " nobody adds it to "
            "our lists again."
        ),
    )


def _read(token: str) -> int:
    return read_token(Purpose.PREFERENCES, token, 1).ids[0]


def _subscriber(subscriber_id: int) -> Subscriber:
    subscriber = find_subscriber(session(), subscriber_id)
    language.prefer(subscriber.language)
    return subscriber


def _named_subscription(token: str) -> Subscription:
    return named_subscription(token)[1]


def _done(token: str, word: str) -> AnyResponse:
    session().commit()
    return redirect(url_for(".show", token=token, done=word), 303)
