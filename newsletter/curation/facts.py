"""An entry as JSON, for commands and other programs."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.curation.mention import mentions_of
from newsletter.curation.models import Entry, Origin
from newsletter.curation.trouble_text import trouble_text
from newsletter.issues.models import Issue
from newsletter.stories.models import StoryMention

# What a field is called there, where that is not the name of its column.
NAMES = {
    "image_url": "image",
    "image_alt": "image.alt",
    "image_caption": "image.caption",
    "image_credit": "image.credit",
}
_SAME_NAMES = ("headline", "byline", "outlet", "published", "updated", "description", "language")


def short_facts(entry: Entry) -> dict[str, Any]:
    """What lists say of an entry."""
    return {
        "id": entry.id,
        "url": entry.url,
        "state": entry.state.value,
        "headline": entry.headline,
        "outlet": entry.outlet,
        "trouble": entry.trouble.value,
    }


def entry_facts(session: Session, entry: Entry) -> dict[str, Any]:
    """Everything that is known about an entry."""
    issues = find_issues(session, mentions_of(session, entry))
    image = {
        "url": entry.image_url,
        "alt": entry.image_alt,
        "caption": entry.image_caption,
        "credit": entry.image_credit,
    }
    return {
        **short_facts(entry),
        "canonical_url": entry.canonical_url,
        "trouble_text": trouble_text(entry),
        **{name: getattr(entry, name) for name in _SAME_NAMES},
        "image": image if entry.image_url else None,
        "seen_in": sorted({issue.number for issue in issues if issue.number is not None}),
        "seen_in_issues": [{"id": issue.id, "title": issue.title} for issue in issues],
        "from_page": from_page(entry),
        "via": entry.via.value,
        "sender": entry.sender,
        "note": entry.note,
        "tags": [row.tag for row in entry.tags],
        "issue": entry.issue_id,
        "section": entry.section_id,
    }


def from_page(entry: Entry) -> list[str]:
    """The fields that came from the page, and that no person has touched."""
    return [NAMES.get(name, name) for name, origin in sorted(entry.origins.items()) if origin == Origin.PAGE]


def find_issues(session: Session, mentions: Collection[StoryMention]) -> list[Issue]:
    """The issues among `mentions`, oldest first."""
    ids = {mention.issue_id for mention in mentions if mention.issue_id}
    return list(session.scalars(select(Issue).where(Issue.id.in_(ids)).order_by(Issue.id))) if ids else []
