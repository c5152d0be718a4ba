"""`/admin/subscribers/<id>`: one person, with all that is known and all that was sent."""

from typing import Any

from flask import render_template
from sqlalchemy import select

from newsletter.accounts.permissions import Permission
from newsletter.issues.models import Issue
from newsletter.mailings.of_subscriber import ReceivedPage, deliveries_of
from newsletter.subscribers.profile import Profile, load_profile
from newsletter.web.admin.guard import allow
from newsletter.web.admin.paging import asked_id
from newsletter.web.admin.subscribers.blueprint import ONE, blueprint, home_of, publications_by_id
from newsletter.web.admin.words import subscribers as words
from newsletter.web.database import session


@blueprint.get(ONE)
@allow(Permission.VIEW)
def person(subscriber_id: int) -> str:
    """Subscriptions, consents, deliveries, what was done; of an erased person what remains."""
    found = load_profile(session(), subscriber_id)
    return render_template("admin/subscribers/person.html", **page_of(found))


def page_of(found: Profile, **more: Any) -> dict[str, Any]:
    """What the page of a person shows; `more` is what was typed, and what is wrong with it."""
    before = asked_id("before")
    received = deliveries_of(session(), found.subscriber.id, before=before)
    home = home_of(found.subscriptions)
    facts = {
        "found": found,
        "subscriber": found.subscriber,
        "publication": home,
        "zone": home.timezone if home else "UTC",
        "received": received,
        "before": before,
        "titles": _titles(received),
        "publications_by_id": publications_by_id({one.publication_id for one in received.rows}),
        "problems": {},
        "name_typed": found.subscriber.name,
    }
    said = {
        "consent_word": words.consent_word,
        "source_word": words.source_word,
        "deed_word": words.deed_word,
        "actor_word": words.actor_word,
    }
    return facts | said | more


def _titles(received: ReceivedPage) -> dict[int, str]:
    ids = {one.issue_id for one in received.rows}
    rows = session().execute(select(Issue.id, Issue.title).where(Issue.id.in_(ids)))
    return {row[0]: row[1] for row in rows}
