"""What rules name, looked up: attributes, tags, topics, segments and mailings; and what is not there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Refused
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment
from newsletter.segments.read import read
from newsletter.segments.rules import (
    MOST_MAILINGS,
    AttributeRule,
    ClickedRule,
    DidNotGetRule,
    GotRule,
    RejectedRule,
    SegmentRule,
    TagRule,
    TopicRule,
    leaves,
    mailings_of,
)
from newsletter.segments.value_types import value_problem
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.labels import Label
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic

MOST_INCLUDED = 1_000  # rules, with those of the segments that they name


@dataclass(frozen=True)
class Names:
    """What rules can name, at one moment. `latest` are mailings that had begun by `now`, newest first."""

    publication_id: int
    language: str
    zone: str
    dialect: str
    now: datetime
    attributes: dict[str, Attribute] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    segments: dict[str, Any] = field(default_factory=dict)  # their rules
    mailings: frozenset[int] = frozenset()
    latest: tuple[int, ...] = ()


def look_up(
    session: Session,
    publication: Publication,
    rules: Any,
    now: datetime,
    *,
    segments: dict[str, Any] | None = None,
) -> Names:
    """All that `rules`, and the segments named in them, need; `segments`: as they were kept, by slug."""
    segments = named_segments(session, publication, rules) if segments is None else segments
    asked = [leaf for each in (rules, *segments.values()) for _, leaf in leaves(each)]
    of = publication.id

    attributes = {leaf.attribute for leaf in asked if isinstance(leaf, AttributeRule)}
    past = [_which(leaf) for leaf in asked if isinstance(leaf, _PAST)]
    ids = {which for which in past if isinstance(which, int)}
    return Names(
        publication_id=of,
        language=publication.language,
        zone=publication.timezone,
        dialect=session.get_bind().dialect.name,
        now=now,
        attributes=_labels(session, Attribute, of, attributes),
        tags=_labels(session, Tag, of, {leaf.tag for leaf in asked if isinstance(leaf, TagRule)}),
        topics=_labels(session, Topic, of, {leaf.topic for leaf in asked if isinstance(leaf, TopicRule)}),
        segments=segments,
        mailings=frozenset(session.scalars(_of(of, Mailing.id.in_(ids)))) if ids else frozenset(),
        latest=tuple(session.scalars(_latest(of, now))) if "latest" in past else (),
    )


def problems(rules: Any, names: Names, slug: str = "") -> dict[str, str]:
    """What `rules` name and is not there, or does not fit, by its place; `slug`: of which segment."""
    found: dict[str, str] = {}
    for place, leaf in leaves(rules):
        sentence = _problem(leaf, names)
        if isinstance(leaf, SegmentRule) and not sentence:
            sentence = _problem_within(leaf.segment, names, (slug, leaf.segment) if slug else (leaf.segment,))
        if sentence:
            found[place] = sentence
    if not found and sum(1 for _ in _included(rules, names)) > MOST_INCLUDED:
        found[""] = f"With the segments that they name, these are more than {MOST_INCLUDED:,} rules."
    return found


def require_complete(rules: Any, names: Names) -> None:
    """Raise `Refused` for rules which name what is not there any more: they must not choose anybody."""
    if found := problems(rules, names):
        sentence = next(iter(found.values()))
        raise Refused("segment_broken", f"The rules of the segment cannot be used: {sentence}", found)


def _which(leaf: Any) -> Any:
    return leaf.did_not_get if isinstance(leaf, DidNotGetRule) else mailings_of(leaf)


_PAST = (ClickedRule, GotRule, RejectedRule, DidNotGetRule)


def _problem(leaf: Any, names: Names) -> str:
    match leaf:
        case TagRule(tag=key) if key not in names.tags:
            return f"There is no tag “{key}”."
        case TopicRule(topic=key) if key not in names.topics:
            return f"There is no topic “{key}”."
        case SegmentRule(segment=key) if key not in names.segments:
            return f"There is no segment “{key}”."
        case AttributeRule(attribute=key):
            attribute = names.attributes.get(key)
            return value_problem(attribute, leaf) if attribute else f"There is no attribute “{key}”."
        case ClickedRule() | GotRule() | RejectedRule() | DidNotGetRule():
            which = _which(leaf)
            if isinstance(which, int) and which not in names.mailings:
                return f"The publication has no mailing {which}."
    return ""


def _problem_within(slug: str, names: Names, path: tuple[str, ...]) -> str:
    """What is wrong with the segment `slug`, which is reached by `path`; empty for nothing."""
    if slug in path[:-1]:
        return f"The segment would include itself: {' → '.join(path)}."
    for place, leaf in leaves(names.segments[slug]):
        sentence = _problem(leaf, names)
        if sentence:
            return f"In the segment “{slug}”, {place or 'its rule'}: {sentence}"
        if isinstance(leaf, SegmentRule) and (
            within := _problem_within(leaf.segment, names, (*path, leaf.segment))
        ):
            return within
    return ""


def _included(rules: Any, names: Names) -> Iterator[Any]:
    """Every leaf, those of the named segments instead of their names; there is no cycle."""
    for _, leaf in leaves(rules):
        if isinstance(leaf, SegmentRule):
            yield from _included(names.segments[leaf.segment], names)
        else:
            yield leaf


def named_segments(session: Session, publication: Publication, rules: Any) -> dict[str, Any]:
    """The rules of all segments that `rules` name, and of those that these name, by slug."""
    found: dict[str, Any] = {}
    wanted = {leaf.segment for _, leaf in leaves(rules) if isinstance(leaf, SegmentRule)}
    while wanted:
        query = select(Segment.slug, Segment.rules).where(
            Segment.publication_id == publication.id, Segment.slug.in_(wanted)
        )
        new = {slug: read(plain) for slug, plain in session.execute(query)}
        found |= new
        named = {
            leaf.segment for each in new.values() for _, leaf in leaves(each) if isinstance(leaf, SegmentRule)
        }
        wanted = named - found.keys()
        if not new:
            break
    return found


def _labels(session: Session, kind: type[Label], publication_id: int, keys: set[str]) -> dict[str, Label]:
    """Those of the publication with these keys, by key."""
    query = select(kind).where(kind.publication_id == publication_id, kind.key.in_(keys))
    return {label.key: label for label in session.scalars(query)} if keys else {}


def _of(publication_id: int, condition: Any) -> Any:
    return select(Mailing.id).where(Mailing.publication_id == publication_id, condition)


def _latest(publication_id: int, now: datetime) -> Any:
    return (
        _of(publication_id, Mailing.started_at <= now)
        .where(Mailing.state != MailingState.CANCELLED)
        .order_by(Mailing.started_at.desc(), Mailing.id.desc())
        .limit(MOST_MAILINGS)
    )
