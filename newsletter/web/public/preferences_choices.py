"""`/p/<token>/choices`: a reader's topics, tags and attributes of one publication."""

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from newsletter.core.errors import Conflict, Refused
from newsletter.core.tokens import Purpose
from newsletter.subscribers.choices import change_choices, offer_of
from newsletter.subscribers.models import Subscriber, Subscription
from newsletter.subscribers.queries import find_subscriber, subscriptions_of
from newsletter.web import language
from newsletter.web.database import session
from newsletter.web.public.choice_fields import problems_of, sent_choices
from newsletter.web.public.preferences_page import CHANGED, Sent, preferences_page
from newsletter.web.public.private import make_private, read_token

blueprint = Blueprint("preferences_choices", __name__)
make_private(blueprint)


@blueprint.post("/p/<token>/choices")
def save(token: str) -> AnyResponse | tuple[str, int]:
    """Keep them, or show them again and say what is wrong: a value, or another page that was quicker."""
    subscriber, subscription = named_subscription(token)
    subscription_id, publication_id = subscription.id, subscription.publication_id
    filled = sent_choices()
    try:
        change_choices(
            session(),
            subscription_id,
            topics=filled.topics or frozenset(),
            tags=filled.tags,
            values=filled.values,
            seen=request.form.get("seen", ""),
        )
    except Conflict as error:
        if error.code != "changed_meanwhile":
            raise
        session().rollback()
        page = preferences_page(token, subscriber, sent=Sent(subscription_id, filled), problem=str(CHANGED))
        return page, 409
    except Refused as error:
        session().rollback()
        problems = problems_of(offer_of(session(), publication_id).attributes, error.fields)
        return preferences_page(token, subscriber, sent=Sent(subscription_id, filled, problems)), 400
    session().commit()
    return redirect(url_for("preferences.show", token=token, done="chosen"), 303)


def named_subscription(token: str) -> tuple[Subscriber, Subscription]:
    """The person, and the subscription that the form names; 404 when it is not theirs."""
    subscriber = find_subscriber(session(), read_token(Purpose.PREFERENCES, token, 1).ids[0])
    language.prefer(subscriber.language)
    named = request.form.get("subscription", type=int)
    theirs = {subscription.id: subscription for subscription in subscriptions_of(session(), subscriber.id)}
    if named not in theirs:
        abort(404)
    return subscriber, theirs[named]
