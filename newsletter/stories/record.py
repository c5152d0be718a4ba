"""Write down which stories an issue or an entry has."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.pages.canonical_url import story_key
from newsletter.stories.models import (
    HEADLINE_LENGTH,
    OUTLET_LENGTH,
    URL_LENGTH,
    StoryMention,
    StoryTitleKey,
)
from newsletter.stories.title_keys import title_keys

_Facts: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True)
class Story:
    """A story as it stands somewhere. `url` may be empty where there is none yet, and so may the others."""

    url: str
    headline: str = ""
    outlet: str = ""


def url_key(url: str) -> str:
    """What addresses of the same page have in common, as a hash; empty without an address."""
    key = story_key(url) if url else ""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest() if key else ""


def record_stories(
    session: Session,
    publication_id: int,
    stories: Iterable[Story],
    *,
    issue_id: int | None = None,
    entry_id: int | None = None,
) -> None:
    """From now on the issue, or the entry, has exactly these stories. What stays is not touched."""
    place = StoryMention.issue_id == issue_id if issue_id else StoryMention.entry_id == entry_id
    wanted = Counter(_facts(story) for story in stories if story.url or story.headline)
    gone: list[int] = []
    for mention in session.scalars(select(StoryMention).where(place)):
        facts = (mention.url, mention.headline, mention.outlet)
        if wanted[facts] > 0:
            wanted[facts] -= 1
        else:
            gone.append(mention.id)
    if gone:
        session.execute(delete(StoryTitleKey).where(StoryTitleKey.mention_id.in_(gone)))
        session.execute(delete(StoryMention).where(StoryMention.id.in_(gone)))
    added = [(Story(*facts), issue_id, entry_id) for facts in wanted.elements()]
    add_mentions(session, publication_id, added)


def add_mentions(
    session: Session, publication_id: int, mentions: Iterable[tuple[Story, int | None, int | None]]
) -> None:
    """Write down stories of new places: each with the id of its issue, or of its entry."""
    now = clock.now()
    added = []
    for story, issue_id, entry_id in mentions:
        url, headline, outlet = _facts(story)
        added.append(
            StoryMention(
                publication_id=publication_id,
                issue_id=issue_id,
                entry_id=entry_id,
                url=url,
                url_key=url_key(url),
                headline=headline,
                outlet=outlet,
                at=now,
            )
        )
    session.add_all(added)
    session.flush()
    session.add_all(
        StoryTitleKey(publication_id=publication_id, key=key, mention_id=mention.id)
        for mention in added
        for key in set(title_keys(mention.headline))
    )
    session.flush()


def _facts(story: Story) -> _Facts:
    return story.url[:URL_LENGTH], story.headline[:HEADLINE_LENGTH], story.outlet[:OUTLET_LENGTH]
