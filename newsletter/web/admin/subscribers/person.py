"""`/admin/subscribers/<id>`: one person, with all that is known and all that was sent."""

from typing import Any

from flask import render_template, request

from newsletter.accounts.permissions import Permission
from newsletter.feedback.lift import editors_may_lift
from newsletter.feedback.listing import EventFilter, list_events
from newsletter.issues.load import find_titles
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.reports.timeline import TimelinePage, read_place, timeline_of
from newsletter.subscribers.address_change import waiting_change
from newsletter.subscribers.bulk.models import BulkChange
from newsletter.subscribers.imports.models import SubscriberImport
from newsletter.subscribers.profile import Profile, load_profile
from newsletter.web.admin.guard import allow
from newsletter.web.admin.subscribers.blueprint import (
    ONE,
    blueprint,
    home_of,
    issue_titles,
    publications_by_id,
)
from newsletter.web.admin.subscribers.person_labels import known_of
from newsletter.web.admin.words import feedback as feedback_words
from newsletter.web.admin.words import subscribers as words
from newsletter.web.admin.words.bulk import action_sentence
from newsletter.web.database import session


@blueprint.get(ONE)
@allow(Permission.VIEW)
def person(subscriber_id: int) -> str:
    """Subscriptions, consents, all that happened; of an erased person what remains."""
    profile = load_profile(session(), subscriber_id)
    return render_template("admin/subscribers/person.html", **page_of(profile))


def page_of(profile: Profile, **more: Any) -> dict[str, Any]:
    """What the page of a person shows; `more` is what was typed, and what is wrong with it."""
    before = read_place(request.args.get("before", ""))
    consents = [record for records in profile.consents.values() for record in records]
    timeline = timeline_of(session(), profile.subscriber.id, before=before)
    titles, publications = _named_in(timeline)
    home = home_of(profile.subscriptions)
    facts = {
        "profile": profile,
        "subscriber": profile.subscriber,
        "publication": home,
        "zone": home.timezone if home else "UTC",
        "timeline": timeline,
        "before": before,
        "titles": issue_titles(consents) | titles,
        "publications_by_id": publications,
        "known": {each.id: known_of(each) for each in profile.subscriptions},
        "came_back": list_events(session(), EventFilter(subscriber_id=profile.subscriber.id)),
        "may_lift": editors_may_lift(session(), profile.subscriber),
        "problems": {},
        "name_typed": profile.subscriber.name,
        "address_typed": "",
        "asked": waiting_change(session(), profile.subscriber.id),
    }
    said = {
        "message_word": words.message_word,
        "consent_word": words.consent_word,
        "source_word": words.source_word,
        "origin_words": words.origin_words,
        "action_word": words.action_word,
        "actor_word": words.actor_word,
        "bulk_action": action_sentence,
        "kind_word": feedback_words.kind_word,
        "event_reason_word": feedback_words.event_reason_word,
        "consequence_word": feedback_words.consequence_word,
    }
    return facts | said | more


def _named_in(timeline: TimelinePage) -> tuple[dict[int, str], dict[int, Publication]]:
    """Titles of issues and publications, by id, that the mailings and imports of the timeline name."""
    rows = [row for each in timeline.rows for row in each.rows]
    issues = {row.issue_id for row in rows if isinstance(row, Mailing)}
    named = {row.publication_id for row in rows if isinstance(row, Mailing | SubscriberImport | BulkChange)}
    return find_titles(session(), issues), publications_by_id(named)
