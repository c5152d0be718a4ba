"""Where a topic, tag, attribute or segment is used: what is used is not removed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, or_, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict
from newsletter.issues.load import load_document
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import Mailing, MailingState
from newsletter.segments.models import Segment
from newsletter.segments.read import read
from newsletter.segments.rules import AttributeRule, SegmentRule, TagRule, TopicRule, leaves
from newsletter.subscribers.attributes.models import Attribute
from newsletter.subscribers.tags.models import Tag
from newsletter.subscribers.topics.models import Topic

Usable = Topic | Tag | Attribute | Segment
_RULES: dict[type, tuple[type, str]] = {
    Topic: (TopicRule, "topic"),
    Tag: (TagRule, "tag"),
    Attribute: (AttributeRule, "attribute"),
    Segment: (SegmentRule, "segment"),
}
_SHOWN = 5
_OPEN = (MailingState.SCHEDULED, MailingState.FREEZING)


@dataclass(frozen=True)
class Use:
    """A `segment`, `issue` or `mailing` that refers to something: its slug or id, and what people call it."""

    kind: str
    id: str
    title: str


def find_uses(session: Session, used: Usable) -> list[Use]:
    """The segments whose rules name it, the issues with a section for it, the mailings that will go to it.

    Issues and mailings are those that are not frozen yet; what was sent needs nothing any more.
    """
    return [*_segments(session, used), *_issues(session, used), *_mailings(session, used)]


def require_unused(session: Session, used: Usable) -> None:
    """Raise `Conflict`, which lists the uses. The caller holds the lock of what is to be removed."""
    uses = find_uses(session, used)
    if not uses:
        return
    shown = ", ".join(f"the {use.kind} “{use.title}”" for use in uses[:_SHOWN])
    more = f" and {len(uses) - _SHOWN} more" if len(uses) > _SHOWN else ""
    word = used.__tablename__
    sentence = f"The {word} “{key_of(used)}” is used by {shown}{more}. Change that first."
    raise Conflict(f"{word}_used", sentence, {f"{use.kind} {use.id}": use.title for use in uses})


def key_of(used: Usable) -> str:
    """By which rules and issues know it."""
    return used.slug if isinstance(used, Segment) else used.key


def _names(rules: Any, used: Usable) -> bool:
    rule, field = _RULES[type(used)]
    return any(isinstance(leaf, rule) and getattr(leaf, field) == key_of(used) for _, leaf in leaves(rules))


def _segments(session: Session, used: Usable) -> list[Use]:
    query = select(Segment).where(
        Segment.publication_id == used.publication_id,
        cast(Segment.rules, String).contains(f'"{key_of(used)}"', autoescape=True),
    )
    return [
        Use("segment", segment.slug, segment.name)
        for segment in session.scalars(query.order_by(Segment.name))
        if _names(read(segment.rules), used)
    ]


def _issues(session: Session, used: Usable) -> list[Use]:
    """Issues with a section that only some see: those of a topic, or of a segment."""
    if not isinstance(used, Topic | Segment):
        return []
    sent = select(Mailing.issue_id).where(
        Mailing.state.not_in([*_OPEN, MailingState.CANCELLED]), Mailing.publication_id == used.publication_id
    )
    newest = (
        select(Revision, Issue)
        .join(Issue, Issue.id == Revision.issue_id)
        .where(
            Issue.publication_id == used.publication_id,
            Revision.number == Issue.latest_revision,
            Issue.id.not_in(sent),
            Revision.document.contains(f'"{key_of(used)}"', autoescape=True),
        )
        .order_by(Issue.id)
    )
    rows = session.execute(newest).all()
    return [
        Use("issue", str(issue.id), issue.title) for revision, issue in rows if _is_shown_to(revision, used)
    ]


def _is_shown_to(revision: Revision, used: Usable) -> bool:
    limits = [section.visibility for section in load_document(revision).sections if section.visibility]
    if isinstance(used, Segment):
        return any(used.slug in limit.segments for limit in limits)
    return any(key_of(used) in limit.topics for limit in limits)


def _mailings(session: Session, used: Usable) -> list[Use]:
    """Those that are scheduled for the segment; and those that are being frozen by rules that name it."""
    to_it = Mailing.segment_id == used.id if isinstance(used, Segment) else None
    frozen = Mailing.frozen_segment.is_not(None)
    query = (
        select(Mailing, Issue.title)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(
            Mailing.publication_id == used.publication_id,
            Mailing.state.in_(_OPEN),
            frozen if to_it is None else or_(to_it, frozen),
        )
        .order_by(Mailing.id)
    )
    return [
        Use("mailing", str(mailing.id), title)
        for mailing, title in session.execute(query).all()
        if (isinstance(used, Segment) and mailing.segment_id == used.id) or _was_frozen(mailing, used)
    ]


def _was_frozen(mailing: Mailing, used: Usable) -> bool:
    kept = mailing.frozen_segment
    return kept is not None and any(
        _names(read(plain), used) for plain in (kept["rules"], *kept["segments"].values())
    )
