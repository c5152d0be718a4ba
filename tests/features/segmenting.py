"""A segment for the pages that show one: a group, dates, clicks, a topic, a tag and an attribute."""

from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.segments.read import read
from newsletter.segments.save import create_segment
from newsletter.subscribers.attributes.create import create_attribute
from newsletter.subscribers.attributes.models import AttributeType
from newsletter.subscribers.tags.create import create_tag
from newsletter.subscribers.topics.create import create_topic

SEGMENT = "a-segment"


def keep_segment(session: Session, publication: Publication, name: str, actor: str) -> None:
    """A segment of that name and everything that it is about."""
    create_topic(session, publication, name, key="sport", description=f"{name}.", actor=actor)
    create_tag(session, publication, name, key="press", by_readers=True, actor=actor)
    create_attribute(
        *(session, publication, "town"),
        type_=AttributeType.CHOICE,
        label=name,
        choices=["Rome", name],
        by_readers=True,
        actor=actor,
    )
    rules = {
        "all": [
            {"attribute": "town", "is": "Rome"},
            {"signed_up": {"after": {"days_ago": 30}}},
            {"any": [{"tag": "press"}, {"clicked": "latest", "mailings": 3, "at_least": 1}]},
            {"not": {"topic": "sport"}},
        ]
    }
    create_segment(session, publication, name, read(rules), slug=SEGMENT, actor=actor)
