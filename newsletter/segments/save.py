"""Create and change segments: rules are only kept when all that they name is there."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core import clock
from newsletter.core.errors import Conflict, Refused
from newsletter.publications.models import Publication
from newsletter.segments.find import find_segment
from newsletter.segments.models import Segment
from newsletter.segments.names import look_up, problems
from newsletter.segments.read import rules_invalid
from newsletter.segments.rules import AttributeRule, SegmentRule, TagRule, TopicRule, dump, leaves
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.labels import checked_name, key_of
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic

MOST_SEGMENTS = 500  # of a publication


def create_segment(
    session: Session, publication: Publication, name: str, rules: Any, *, slug: str = "", actor: str
) -> Segment:
    """Add a segment, flushed; `slug` is made of the name where none is given.

    Raises `Refused` for words that cannot stand and for rules which name what is not there, each with its
    place, `Conflict` when the slug is taken.
    """
    segment = Segment(publication_id=publication.id, slug=key_of(slug or name), name=checked_name(name))
    segment.rules = _checked(session, publication, rules, segment.slug)
    of_publication = select(func.count(Segment.id)).where(Segment.publication_id == publication.id)
    if (session.scalar(of_publication) or 0) >= MOST_SEGMENTS:
        raise Refused("many_segments", f"A publication has at most {MOST_SEGMENTS} segments.")
    try:
        with session.begin_nested():
            session.add(segment)
    except IntegrityError:
        sentence = f"{publication.name} has a segment called “{segment.slug}” already."
        raise Conflict("segment_exists", sentence, {"name": sentence}) from None
    _record(session, "segment.created", segment, actor)
    return segment


def change_segment(
    session: Session,
    publication: Publication,
    slug: str,
    *,
    name: str | None = None,
    rules: Any = None,
    edits: int | None = None,
    actor: str,
) -> Segment:
    """Give a segment another name or other rules; its slug stays.

    `edits` is how often it had been changed when whoever edits it began: `Conflict` when somebody else
    changed it since. Raises as `create_segment` does, and `Missing`.
    """
    segment = find_segment(session, publication, slug, lock=True)
    if edits is not None and edits != segment.edits:
        raise Conflict("segment_changed", "Someone else changed this segment in the meantime.")
    new_name = segment.name if name is None else checked_name(name)
    new_rules = segment.rules if rules is None else _checked(session, publication, rules, slug)
    if (new_name, new_rules) != (segment.name, segment.rules):
        segment.name, segment.rules = new_name, new_rules
        segment.edits += 1
        segment.changed_at = clock.now()
        _record(session, "segment.changed", segment, actor)
    session.flush()
    return segment


def _checked(session: Session, publication: Publication, rules: Any, slug: str) -> dict[str, Any]:
    """The rules as they are kept. What they name is locked, so that it is not removed at the same time."""
    _lock_named(session, publication, rules)
    found = problems(rules, look_up(session, publication, rules, clock.now()), slug)
    if found:
        raise rules_invalid(found)
    return dump(rules)


def _lock_named(session: Session, publication: Publication, rules: Any) -> None:
    asked = [leaf for _, leaf in leaves(rules)]
    named: list[tuple[Any, Any, set[str]]] = [
        (Attribute, Attribute.key, {leaf.attribute for leaf in asked if isinstance(leaf, AttributeRule)}),
        (Tag, Tag.key, {leaf.tag for leaf in asked if isinstance(leaf, TagRule)}),
        (Topic, Topic.key, {leaf.topic for leaf in asked if isinstance(leaf, TopicRule)}),
    ]
    for model, column, keys in named:
        if keys:
            query = select(model.id).where(model.publication_id == publication.id, column.in_(keys))
            session.execute(query.order_by(model.id).with_for_update(read=True))
    if any(isinstance(leaf, SegmentRule) for leaf in asked):
        # All of them, by id: two that begin to name each other at once must not make a circle.
        every = select(Segment.id).where(Segment.publication_id == publication.id).order_by(Segment.id)
        session.execute(every.with_for_update())


def _record(session: Session, action: str, segment: Segment, actor: str) -> None:
    audit.record(session, action, "publication", segment.publication_id, actor=actor, slug=segment.slug)
