"""`/admin/subscribers/<id>/subscriptions/<id>/labels`: editors change a person's topics, tags, attributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from newsletter.accounts.permissions import Permission
from newsletter.core.errors import Conflict, Refused
from newsletter.subscribers.attributes.values import LONGEST_TEXT, value_text
from newsletter.subscribers.choices import (
    Choices,
    Offer,
    change_choices,
    current_choices,
    everything_of,
    fingerprint,
)
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.queries import find_subscriber
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.subscribers.blueprint import blueprint
from newsletter.web.admin.subscribers.subscriptions import THEIRS, find_theirs
from newsletter.web.database import session
from newsletter.web.errors import STATUS

LABELS = f"{THEIRS}/labels"
FIELD = "attribute."


@dataclass(frozen=True)
class Filled:
    """What the form says: keys of topics they get and of tags they have, texts of attributes by key."""

    topics: frozenset[str]
    tags: frozenset[str]
    values: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What is known of somebody as subscriber of a publication, for their page."""

    offer: Offer
    choices: Choices
    rows: list[tuple[str, str]] = field(default_factory=list)  # of attributes: label and value


def known_of(subscription: Subscription) -> Known:
    """Topics, tags and attributes of the publication, and what is so of this person."""
    offer = everything_of(session(), subscription.publication_id)
    choices = current_choices(session(), subscription, offer)
    named = [(each.label, choices.values.get(each.key)) for each in offer.attributes]
    return Known(offer, choices, [(label, value_text(value)) for label, value in named if value is not None])


@blueprint.get(LABELS)
@allow(Permission.MANAGE_SUBSCRIBERS)
def edit_labels(subscriber_id: int, subscription_id: int) -> AnyResponse:
    """The form, filled in with what is known."""
    known = known_of(_find(subscriber_id, subscription_id))
    keys = {topic.key for topic in known.offer.topics}
    values = {key: value_text(value) for key, value in known.choices.values.items()}
    filled = Filled(frozenset(keys - known.choices.muted), known.choices.tags, values)
    return _form(_find(subscriber_id, subscription_id), filled, known)


@blueprint.post(LABELS)
@allow(Permission.MANAGE_SUBSCRIBERS)
def save_labels(subscriber_id: int, subscription_id: int) -> AnyResponse:
    """Keep them, or show again what was typed and what is wrong: a value, or somebody who was quicker."""
    _find(subscriber_id, subscription_id)
    filled = _sent()
    try:
        change_choices(
            session(),
            subscription_id,
            topics=filled.topics,
            tags=filled.tags,
            values=filled.values,
            seen=request.form.get("seen", ""),
            editor=current_actor(),
        )
    except (Conflict, Refused) as error:
        session().rollback()
        subscription = _find(subscriber_id, subscription_id)
        changed = isinstance(error, Conflict)
        sentence = _("Someone changed them in the meantime. Check what you typed and save it again.")
        fields = {} if changed else error.fields
        page = _form(subscription, filled, known_of(subscription), fields, sentence if changed else "")
        return make_response(page, STATUS[error.decision])
    session().commit()
    flash(_("Topics, tags and attributes are saved."), "success")
    return redirect(url_for(".person", subscriber_id=subscriber_id), 303)


def _sent() -> Filled:
    values = {
        name.removeprefix(FIELD): text[: 2 * LONGEST_TEXT]
        for name, text in request.form.items()
        if name.startswith(FIELD)
    }
    topics, tags = (frozenset(request.form.getlist(name)) for name in ("topic", "tag"))
    return Filled(topics, tags, values)


def _form(
    subscription: Subscription,
    filled: Filled,
    known: Known,
    problems: Mapping[str, str] = {},
    problem: str = "",
) -> AnyResponse:
    page = render_template(
        "admin/subscribers/person_labels.html",
        publication=subscription.publication,
        subscription=subscription,
        offer=known.offer,
        filled=filled,
        seen=fingerprint(known.offer, known.choices),
        problems=problems,
        problem=problem,
    )
    return make_response(page)


def _find(subscriber_id: int, subscription_id: int) -> Subscription:
    """The subscription of somebody who was not erased."""
    return find_theirs(find_subscriber(session(), subscriber_id).id, subscription_id)
