"""Remove a topic, tag or attribute that nothing uses."""

from sqlalchemy.orm import Session

from newsletter.issues.uses import require_unused
from newsletter.subscribers.attributes.create import remove_attribute
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.labels import remove_label
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic


def remove_unused_label(session: Session, label: Topic | Tag | Attribute, *, actor: str) -> None:
    """Remove it, and what is known by it of people; `Conflict` lists what uses it.

    The caller holds its lock and commits.
    """
    require_unused(session, label)
    if isinstance(label, Attribute):
        remove_attribute(session, label, actor=actor)
    else:
        remove_label(session, label, actor=actor)
