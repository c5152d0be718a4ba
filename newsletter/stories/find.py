"""Find where else a publication has a story: by its address, or by a near title of the last weeks."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.stories.models import StoryMention, StoryTitleKey
from newsletter.stories.record import Story, url_key
from newsletter.stories.title_keys import near_titles, title_keys

NEAR_TITLES_FOR = timedelta(days=60)
MOST_MENTIONS = 200
MOST_CANDIDATES = 2_000


def find_mentions(
    session: Session, publication_id: int, story: Story, *, but_entries: Collection[int] = ()
) -> list[StoryMention]:
    """Where the publication has `story`, newest first: the same address at any time, near titles for 60 days.

    `but_entries`: entries that are not asked about, such as the one itself.
    """
    at_address = _with_address(session, publication_id, url_key(story.url))
    found = {mention.id: mention for mention in at_address}
    for mention in _with_near_title(session, publication_id, story.headline):
        found.setdefault(mention.id, mention)
    elsewhere = (mention for mention in found.values() if mention.entry_id not in but_entries)
    return sorted(elsewhere, key=lambda mention: (mention.at, mention.id), reverse=True)


def _with_address(session: Session, publication_id: int, key: str) -> list[StoryMention]:
    if not key:
        return []
    wanted = (StoryMention.publication_id == publication_id) & (StoryMention.url_key == key)
    newest = StoryMention.id.desc()
    return list(session.scalars(select(StoryMention).where(wanted).order_by(newest).limit(MOST_MENTIONS)))


def _with_near_title(session: Session, publication_id: int, headline: str) -> list[StoryMention]:
    keys = title_keys(headline)
    if not keys:
        return []
    same_key = or_(*(StoryTitleKey.key == key for key in keys))
    ids = (
        select(StoryTitleKey.mention_id)
        .where(StoryTitleKey.publication_id == publication_id, same_key)
        .distinct()
        .order_by(StoryTitleKey.mention_id.desc())
        .limit(MOST_CANDIDATES)
    )
    rows = session.execute(
        select(StoryMention.id, StoryMention.headline).where(
            StoryMention.id.in_(ids), StoryMention.at > clock.now() - NEAR_TITLES_FOR
        )
    ).all()
    is_near = near_titles(headline, (row[1] for row in rows))
    near = [row[0] for row, near in zip(rows, is_near, strict=True) if near]
    return list(session.scalars(select(StoryMention).where(StoryMention.id.in_(near)))) if near else []
