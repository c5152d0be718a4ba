"""The stories of an issue, for the story ledger."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.document.blocks.feature import FeatureSection
from newsletter.document.item import Item
from newsletter.issues.models import Issue
from newsletter.stories.record import Story, record_stories


def record_issue_stories(session: Session, issue: Issue, document: Document) -> None:
    """Write down the stories that the newest revision tells; whoever stores a revision calls it."""
    record_stories(session, issue.publication_id, stories_of(document), issue_id=issue.id)


def stories_of(document: Document) -> Iterator[Story]:
    """Each item and feature that has an address or a headline, in reading order."""
    for section in document.sections:
        told = (section,) if isinstance(section, FeatureSection) else getattr(section, "items", ())
        for story in told:
            if isinstance(story, Item | FeatureSection):
                yield Story(story.url, story.headline, story.provenance.outlet)
