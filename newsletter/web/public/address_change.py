"""Readers change their address: asked for on their preferences page, confirmed by a link to the new one."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core.errors import Conflict, Limited, Refused
from newsletter.core.tokens import Purpose
from newsletter.deferred.defer import defer_address_question
from newsletter.subscribers.address_change import (
    ask_for_change,
    change_address,
    check_change,
    find_change,
    words,
)
from newsletter.subscribers.models import AddressChange
from newsletter.subscribers.queries import find_subscriber, subscriptions_of
from newsletter.web import language
from newsletter.web.database import session
from newsletter.web.limits import consume_address_change
from newsletter.web.public.frame import frame_of_reader
from newsletter.web.public.preferences_page import preferences_page
from newsletter.web.public.private import SENTENCES, make_private, read_token
from newsletter.web.public.subscribe_form import AddressForm

blueprint = Blueprint("address_change", __name__)
make_private(blueprint)

Page = tuple[str, int]


@blueprint.post("/p/<token>/address")
def ask(token: str) -> AnyResponse | Page:
    """Take the new address. The answer is the same for every address: a worker decides what is sent."""
    subscriber = find_subscriber(session(), read_token(Purpose.PREFERENCES, token, 1).ids[0])
    language.prefer(subscriber.language)
    form = AddressForm()
    if not form.validate():
        return preferences_page(token, subscriber, address_form=form), 400
    try:
        consume_address_change(subscriber.id, form.address)
        change = ask_for_change(session(), subscriber.id, form.address)
    except Limited as error:
        return preferences_page(token, subscriber, address_form=form, problem=error.message), 429
    except Conflict as error:
        session().rollback()
        form.show_problems({"email": str(SENTENCES[error.code])})
        return preferences_page(token, subscriber, address_form=form), 409
    defer_address_question(session(), change, locale=language.current())
    session().commit()
    return redirect(url_for("preferences.show", token=token, done="address-asked"), 303)


@blueprint.get("/address/<token>")
def show(token: str) -> Page:
    """Ask with one button: scanners follow links, and may not change anything."""
    change = _find(*_read(token))
    if change.changed_at is not None:
        return _changed(change)
    try:
        check_change(session(), change)
    except Refused:
        return _expired()
    return render_template(
        "public/message.html",
        heading=_("Is this your new address?"),
        sentence=words(change.email, language.current()).text,
        action_label=_("Yes, use this address"),
        action_url=url_for(".confirm", token=token),
        action_method="post",
        more=_("If you did not ask for this, just close this page: nothing will be sent to you."),
        **_frame(change),
    ), 200


@blueprint.post("/address/<token>")
def confirm(token: str) -> Page:
    """Change it; doing it twice is once."""
    change_id, moment = _read(token)
    _find(change_id, moment)
    ip = request.remote_addr or ""
    try:
        change = change_address(session(), change_id, moment, locale=language.current(), ip=ip)
    except Refused:
        session().rollback()
        return _expired()
    session().commit()
    return _changed(change)


def _read(token: str) -> tuple[int, int]:
    """Which change the link is for, and when that was asked for, which says whether it is too late."""
    change_id, moment = read_token(Purpose.ADDRESS_CHANGE, token, 2).ids
    return change_id, moment


def _find(change_id: int, moment: int) -> AddressChange:
    change = find_change(session(), change_id, moment)
    language.prefer(find_subscriber(session(), change.subscriber_id).language)
    return change


def _changed(change: AddressChange) -> Page:
    return render_template(
        "public/message.html",
        heading=_("Your address was changed"),
        sentence=_("Everything you subscribe to is sent to %(email)s from now on.", email=change.email),
        more=_("Every issue ends with a link to change what you get, or to unsubscribe."),
        **_frame(change),
    ), 200


def _frame(change: AddressChange) -> dict[str, Any]:
    return frame_of_reader(subscriptions_of(session(), change.subscriber_id))


def _expired() -> Page:
    return render_template(
        "public/message.html",
        heading=_("This link has expired"),
        sentence=_("Links like this one work for a day. Ask for a new one in your preferences."),
    ), 410
