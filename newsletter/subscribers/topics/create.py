"""Create a topic of a publication."""

from sqlalchemy.orm import Session

from newsletter.core.text import clean_note
from newsletter.publications.models import Publication
from newsletter.subscribers.labels import add_label, checked_name, key_of
from newsletter.subscribers.topics.models import Topic

LONGEST_DESCRIPTION = 300


def create_topic(
    session: Session, publication: Publication, name: str, *, key: str = "", description: str = "", actor: str
) -> Topic:
    """Add a topic, flushed, which every reader gets until they mute it.

    `key` is made of the name where none is given. Raises `Refused` for words that cannot stand, `Conflict`
    when the key is taken.
    """
    topic = Topic(
        key=key_of(key or name),
        name=checked_name(name),
        description=clean_note(description, LONGEST_DESCRIPTION),
    )
    return add_label(session, topic, publication, actor=actor)
