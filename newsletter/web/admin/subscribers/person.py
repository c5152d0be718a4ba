"""`/admin/subscribers/<id>`: one person, with all that is known and all that was sent."""

from typing import Any

from flask import render_template

from newsletter.accounts.permissions import Permission
from newsletter.feedback.lift import editors_may_lift
from newsletter.feedback.listing import EventFilter, list_events
from newsletter.issues.load import find_titles
from newsletter.mailings.of_subscriber import deliveries_of
from newsletter.subscribers.profile import Profile, load_profile
from newsletter.web.admin.guard import allow
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.subscribers.blueprint import (
    ONE,
    blueprint,
    home_of,
    issue_titles,
    publications_by_id,
)
from newsletter.web.admin.words import feedback as feedback_words
from newsletter.web.admin.words import subscribers as words
from newsletter.web.database import session


@blueprint.get(ONE)
@allow(Permission.VIEW)
def person(subscriber_id: int) -> str:
    """Subscriptions, consents, deliveries, what was done; of an erased person what remains."""
    profile = load_profile(session(), subscriber_id)
    return render_template("admin/subscribers/person.html", **page_of(profile))


def page_of(profile: Profile, **more: Any) -> dict[str, Any]:
    """What the page of a person shows; `more` is what was typed, and what is wrong with it."""
    before = asked_id("before")
    consents = [record for records in profile.consents.values() for record in records]
    received = deliveries_of(session(), profile.subscriber.id, before=before)
    home = home_of(profile.subscriptions)
    facts = {
        "profile": profile,
        "subscriber": profile.subscriber,
        "publication": home,
        "zone": home.timezone if home else "UTC",
        "received": received,
        "before": before,
        "titles": issue_titles(consents)
        | find_titles(session(), {delivery.issue_id for delivery in received.rows}),
        "publications_by_id": publications_by_id({delivery.publication_id for delivery in received.rows}),
        "came_back": list_events(session(), EventFilter(subscriber_id=profile.subscriber.id)),
        "may_lift": editors_may_lift(session(), profile.subscriber),
        "problems": {},
        "name_typed": profile.subscriber.name,
    }
    said = {
        "message_word": words.message_word,
        "consent_word": words.consent_word,
        "source_word": words.source_word,
        "origin_words": words.origin_words,
        "deed_word": words.deed_word,
        "actor_word": words.actor_word,
        "kind_word": feedback_words.kind_word,
        "event_reason_word": feedback_words.event_reason_word,
        "consequence_word": feedback_words.consequence_word,
    }
    return facts | said | more
