"""`/u/<token>`: unsubscribe with one press, on our page or in the mail program (RFC 8058).

The token alone authorises: it is a MAC over this subscription, in an email only its reader has. There is no
session that a forged request could ride on, so there is no CSRF token, and mail programs could not send one.
GET and HEAD change nothing, because scanners follow links.
"""

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from newsletter.core.addresses import mask_address
from newsletter.core.tokens import Purpose
from newsletter.subscribers.models import ConsentSource, State, Subscription
from newsletter.subscribers.queries import find_subscription
from newsletter.subscribers.undo import offer_undo, undo
from newsletter.subscribers.unsubscribe import Withdrawal, save_comment, unsubscribe
from newsletter.web import language
from newsletter.web.current import links
from newsletter.web.database import session
from newsletter.web.public.frame import frame
from newsletter.web.public.private import make_private, read_token, show_test_page
from newsletter.web.public.spooled_unsubscribe import is_one_click, make_durable

blueprint = Blueprint("unsubscribe", __name__)
make_private(blueprint)
make_durable(blueprint)

NOBODY = 0  # the subscription in the links of a test message


@blueprint.get("/u/<token>")
def show(token: str) -> str:
    """Ask with one big button."""
    subscription_id, _mailing = _read(token)
    if subscription_id == NOBODY:
        return show_test_page()
    subscription = _subscription(subscription_id)
    if subscription.state is State.ENDED:
        return _left(subscription, token, None)
    return render_template(
        "public/unsubscribe.html",
        email=_shown(subscription),
        action_url=url_for(".end_subscription", token=token),
        **frame(subscription.publication),
    )


@blueprint.post("/u/<token>")
def end_subscription(token: str) -> Response:
    """Unsubscribe at once, whatever the body says: committed before the answer, and never redirected."""
    subscription_id, mailing_id = _read(token)
    if subscription_id == NOBODY:
        return make_response(show_test_page())
    one_click = is_one_click()
    withdrawal = unsubscribe(
        session(),
        subscription_id,
        source=ConsentSource.ONE_CLICK if one_click else ConsentSource.PAGE,
        mailing_id=mailing_id,
        ip=request.remote_addr or "",
    )
    session().commit()
    if one_click:
        return Response("Unsubscribed.\n", mimetype="text/plain")
    return make_response(_left(_subscription(subscription_id), token, withdrawal))


@blueprint.post("/u/<token>/undo")
def undo_unsubscribe(token: str) -> str:
    """Subscribe again, with the token of the Undo button."""
    subscription_id, _mailing = _read(token)
    subscription = _subscription(subscription_id)
    undo(
        session(),
        links().signer,
        request.form.get("undo", ""),
        subscription_id,
        locale=language.current(),
        ip=request.remote_addr or "",
    )
    session().commit()
    return render_template(
        "public/message.html",
        heading=_("Welcome back"),
        sentence=_("You will keep getting %(publication)s.", publication=subscription.publication.name),
        **frame(subscription.publication),
    )


@blueprint.post("/u/<token>/reason")
def keep_comment(token: str) -> str:
    """Keep what somebody says about leaving."""
    subscription_id, _mailing = _read(token)
    subscription = _subscription(subscription_id)
    save_comment(session(), subscription_id, request.form.get("comment", ""))
    session().commit()
    return render_template(
        "public/message.html",
        heading=_("Thank you"),
        sentence=_(
            "What you wrote will reach the people who make %(publication)s.",
            publication=subscription.publication.name,
        ),
        **frame(subscription.publication),
    )


def _read(token: str) -> tuple[int, int]:
    subscription_id, mailing_id = read_token(Purpose.UNSUBSCRIBE, token, 2).ids
    return subscription_id, mailing_id


def _subscription(subscription_id: int) -> Subscription:
    subscription = find_subscription(session(), subscription_id)
    language.prefer(subscription.subscriber.language, subscription.publication.language)
    return subscription


def _shown(subscription: Subscription) -> str:
    return mask_address(subscription.subscriber.email or "")


def _left(subscription: Subscription, token: str, withdrawal: Withdrawal | None) -> str:
    publication = subscription.publication
    erased = subscription.subscriber.erased_at is not None
    return render_template(
        "public/unsubscribed.html",
        email="" if erased else _shown(subscription),
        undo=offer_undo(links().signer, withdrawal) if withdrawal else "",
        undo_url=url_for(".undo_unsubscribe", token=token),
        reason_url=url_for(".keep_comment", token=token),
        subscribe_url=url_for("subscribe.show", slug=publication.slug),
        **frame(publication),
    )
