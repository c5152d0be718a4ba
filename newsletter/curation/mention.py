"""Keep the story ledger in step with an entry, and ask it where else its story is."""

from sqlalchemy.orm import Session

from newsletter.curation.models import Entry
from newsletter.stories.find import find_mentions
from newsletter.stories.models import StoryMention
from newsletter.stories.record import Story, record_stories


def record_mention(session: Session, entry: Entry) -> None:
    """Write down the story of `entry`; call it whenever its address, headline or outlet changed."""
    record_stories(session, entry.publication_id, [_story(entry)], entry_id=entry.id)


def mentions_of(session: Session, entry: Entry) -> list[StoryMention]:
    """Where else the publication has this story: other entries, and issues."""
    return find_mentions(session, entry.publication_id, _story(entry), but_entries={entry.id})


def _story(entry: Entry) -> Story:
    return Story(entry.canonical_url or entry.url, entry.headline, entry.outlet)
