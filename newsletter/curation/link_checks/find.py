"""What the checks found about the links of a document."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.curation.link_checks.models import LinkCheck
from newsletter.curation.models import Entry, Origin
from newsletter.pages.page import Trouble
from newsletter.stories.models import StoryMention
from newsletter.stories.record import url_key


@dataclass(frozen=True)
class CheckedLink:
    """What a link leads to. `collected` is the page's headline when it was collected, where it was."""

    trouble: Trouble
    detail: str
    final_url: str
    headline: str
    collected: str = ""
    moved: bool = False  # it leads to another page than it names


def find_checked_links(
    session: Session, publication_id: int, urls: Collection[str]
) -> Mapping[str, CheckedLink]:
    """Those of `urls` that were checked, by URL."""
    keys = {url_key(url): url for url in urls if url}
    if not keys:
        return {}
    checks = session.scalars(
        select(LinkCheck).where(LinkCheck.url_key.in_(keys), LinkCheck.checked_at.isnot(None))
    )
    collected = _collected(session, publication_id, keys)
    return {
        keys[check.url_key]: CheckedLink(
            check.trouble,
            check.detail,
            check.final_url,
            check.headline,
            collected.get(check.url_key, ""),
            bool(check.final_url) and url_key(check.final_url) != check.url_key,
        )
        for check in checks
    }


def _collected(session: Session, publication_id: int, keys: Collection[str]) -> dict[str, str]:
    """The headline of each page when its entry was filled in from it."""
    rows = session.execute(
        select(StoryMention.url_key, Entry)
        .join(Entry, Entry.id == StoryMention.entry_id)
        .where(StoryMention.publication_id == publication_id, StoryMention.url_key.in_(keys))
        .order_by(Entry.id)
    )
    return {row[0]: row[1].headline for row in rows if row[1].origins.get("headline") == Origin.PAGE}
