"""Remove a segment. Mailings that went to it keep their rules."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.mailings.models import Mailing
from newsletter.segments.models import Segment


def remove_segment(session: Session, segment: Segment, *, actor: str) -> None:
    """Remove it, flushed; what refers to it is for the caller to look at, who holds its lock."""
    # Ids of SQLite are used again: an old mailing must not seem to go to a later segment.
    session.execute(update(Mailing).where(Mailing.segment_id == segment.id).values(segment_id=None))
    audit.record(
        session, "segment.removed", "publication", segment.publication_id, actor=actor, slug=segment.slug
    )
    session.delete(segment)
    session.flush()
