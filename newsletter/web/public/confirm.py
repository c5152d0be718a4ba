"""`/confirm/<token>`: the link of a confirmation. Mail scanners follow links, so only the button confirms."""

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from newsletter.core.errors import Conflict
from newsletter.core.tokens import Expired, Purpose
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.models import State, Subscription
from newsletter.subscribers.queries import find_subscription, lock_subscription
from newsletter.subscribers.sign_up import send_another_confirmation
from newsletter.web import language
from newsletter.web.database import session
from newsletter.web.public.frame import frame
from newsletter.web.public.private import make_private, read_token

blueprint = Blueprint("confirm", __name__)
make_private(blueprint)

GOOD_FOR = timedelta(days=7)

Page = tuple[str, int]


@blueprint.get("/confirm/<token>")
def show(token: str) -> Page:
    """Ask for the press of the button, or say that there is nothing left to confirm."""
    subscription, expired = _read(token)
    if subscription.state is State.PENDING:
        return _expired(subscription, token) if expired else _question(subscription, token)
    return _over(subscription, 200) if subscription.state is State.ENDED else _subscribed(subscription)


@blueprint.post("/confirm/<token>")
def confirm_subscription(token: str) -> Page:
    """Confirm; doing it twice is once."""
    subscription, expired = _read(token)
    if expired and subscription.state is State.PENDING:
        return _expired(subscription, token)
    try:
        confirm(session(), subscription.id, locale=language.current(), ip=request.remote_addr or "")
    except Conflict as error:
        if error.code != "ended":
            raise
        session().rollback()
        return _over(subscription, 409)
    session().commit()
    return _subscribed(subscription)


@blueprint.post("/confirm/<token>/again")
def again(token: str) -> Page:
    """Send a new link to whoever came with an expired one; the limits of sign-up say how often."""
    claim = read_token(Purpose.CONFIRM, token, 1)
    subscription = lock_subscription(session(), claim.ids[0])
    _speak_to(subscription)
    if not send_another_confirmation(session(), subscription, language.current()):
        session().rollback()
        return show(token)
    session().commit()
    publication = subscription.publication
    again_url = url_for("subscribe.show", slug=publication.slug)
    return render_template("public/subscribe_asked.html", again_url=again_url, **frame(publication)), 200


def _read(token: str) -> tuple[Subscription, bool]:
    """Whose link this is, and whether it is too old to be pressed."""
    try:
        claim, expired = read_token(Purpose.CONFIRM, token, 1, max_age=GOOD_FOR), False
    except Expired as error:
        claim, expired = error.claim, True
    subscription = find_subscription(session(), claim.ids[0])
    _speak_to(subscription)
    return subscription, expired


def _speak_to(subscription: Subscription) -> None:
    language.prefer(subscription.subscriber.language, subscription.publication.language)


def _question(subscription: Subscription, token: str) -> Page:
    publication = subscription.publication
    return render_template(
        "public/message.html",
        heading=_("Just one more click"),
        sentence=_(
            "%(publication)s will be sent to %(email)s.",
            publication=publication.name,
            email=subscription.subscriber.email or "",
        ),
        action_label=_("Confirm my subscription"),
        action_url=url_for(".confirm_subscription", token=token),
        action_method="post",
        more=_("If you did not ask for this, just close this page: nothing will be sent to you."),
        **frame(publication),
    ), 200


def _subscribed(subscription: Subscription) -> Page:
    publication = subscription.publication
    context = frame(publication)
    return render_template(
        "public/message.html",
        heading=_("You are subscribed"),
        sentence=_(
            "The next issue of %(publication)s will be in your inbox when it comes out.",
            publication=publication.name,
        ),
        more=_("Every issue ends with a link to change what you get, or to unsubscribe."),
        action_label=_("Read past issues"),
        action_url=context["home_url"],
        **context,
    ), 200


def _over(subscription: Subscription, status: int) -> Page:
    publication = subscription.publication
    return render_template(
        "public/message.html",
        heading=_("This subscription has ended"),
        sentence=_("It ended after this link was sent. You can subscribe again at any time."),
        action_label=_("Subscribe again"),
        action_url=url_for("subscribe.show", slug=publication.slug),
        **frame(publication),
    ), status


def _expired(subscription: Subscription, token: str) -> Page:
    return render_template(
        "public/message.html",
        heading=_("This link has expired"),
        sentence=_("Links like this one work for a week. We can send you a new one."),
        action_label=_("Send me a new link"),
        action_url=url_for(".again", token=token),
        action_method="post",
        **frame(subscription.publication),
    ), 410
