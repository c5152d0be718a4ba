"""Create a tag of a publication."""

from sqlalchemy.orm import Session

from newsletter.publications.models import Publication
from newsletter.subscribers.labels import add_label, checked_name, key_of
from newsletter.subscribers.tags.models import Tag


def create_tag(
    session: Session,
    publication: Publication,
    name: str,
    *,
    key: str = "",
    by_readers: bool = False,
    actor: str,
) -> Tag:
    """Add a tag, flushed; `by_readers`: they choose it themselves.

    `key` is made of the name where none is given. Raises `Refused` for words that cannot stand, `Conflict`
    when the key is taken.
    """
    tag = Tag(key=key_of(key or name), name=checked_name(name), by_readers=by_readers)
    return add_label(session, tag, publication, actor=actor)
