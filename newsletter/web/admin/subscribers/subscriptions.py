"""End one subscription of a person, or ask them to confirm it again."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.addresses import parse_address
from newsletter.core.errors import Missing, Refused
from newsletter.subscribers.add import ask_to_confirm
from newsletter.subscribers.end import end_by_editor
from newsletter.subscribers.models import State, Subscription
from newsletter.subscribers.queries import find_subscription
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import ONE, blueprint
from newsletter.web.admin.subscribers.new import sentence_about
from newsletter.web.database import session

THEIRS = f"{ONE}/subscriptions/<int:subscription_id>"


@blueprint.get(f"{THEIRS}/end")
@allow(Permission.MANAGE_SUBSCRIBERS)
def ask_end(subscriber_id: int, subscription_id: int) -> AnyResponse:
    """Ask first; what has ended has nothing to ask."""
    subscription = find_theirs(subscriber_id, subscription_id)
    if subscription.state is State.ENDED:
        return _back(subscriber_id)
    page = render_template(
        "admin/subscribers/end.html", publication=subscription.publication, subscription=subscription
    )
    return make_response(page)


@blueprint.post(f"{THEIRS}/end")
@allow(Permission.MANAGE_SUBSCRIBERS)
def end(subscriber_id: int, subscription_id: int) -> AnyResponse:
    """End it; whoever comes second is told that it had ended."""
    find_theirs(subscriber_id, subscription_id)
    subscription, done = end_by_editor(session(), subscription_id, actor=current_actor())
    session().commit()
    name = subscription.publication.name
    if done:
        flash(_("They no longer get %(name)s.", name=name), "success")
    else:
        flash(_("The subscription to %(name)s had already ended; nothing was changed.", name=name), "info")
    return _back(subscriber_id)


@blueprint.post(f"{THEIRS}/ask")
@allow(Permission.MANAGE_SUBSCRIBERS)
def ask_again(subscriber_id: int, subscription_id: int) -> AnyResponse:
    """Send the confirmation to somebody who left, or who has not answered."""
    subscription = find_theirs(subscriber_id, subscription_id)
    if subscription.subscriber.email is None:
        flash(_("This person was erased; nothing was sent."), "info")
        return _back(subscriber_id)
    publication = subscription.publication
    try:
        address = parse_address(subscription.subscriber.email)
        added = ask_to_confirm(session(), publication, address, actor=current_actor())
    except Refused as error:
        session().rollback()
        flash(error.message, "error")
        return _back(subscriber_id)
    session().commit()
    flash(*sentence_about(added, publication))
    return _back(subscriber_id)


def find_theirs(subscriber_id: int, subscription_id: int) -> Subscription:
    """The subscription, if it is this person's; else `Missing`."""
    subscription = find_subscription(session(), subscription_id)
    if subscription.subscriber_id != subscriber_id:
        raise Missing("unknown_subscription", _("This person has no such subscription."))
    return subscription


def _back(subscriber_id: int) -> AnyResponse:
    return redirect(url_for(".person", subscriber_id=subscriber_id), 303)
