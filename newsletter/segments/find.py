"""Find segments."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Missing
from newsletter.publications.models import Publication
from newsletter.segments.models import Segment
from newsletter.segments.names import look_up, require_complete
from newsletter.segments.read import read


def find_segment(session: Session, publication: Publication, slug: str, *, lock: bool = False) -> Segment:
    """The segment called `slug`; `Missing` when the publication has none."""
    query = select(Segment).where(Segment.publication_id == publication.id, Segment.slug == slug)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    segment = None if "\0" in slug else session.scalar(query)
    if segment is None:
        raise Missing("unknown_segment", f"{publication.name} has no segment called “{slug[:80]}”.")
    return segment


def list_segments(session: Session, publication: Publication) -> list[Segment]:
    """All of the publication, by name."""
    query = select(Segment).where(Segment.publication_id == publication.id)
    return list(session.scalars(query.order_by(Segment.name, Segment.id)))


def lock_usable(session: Session, segment: Segment) -> Segment:
    """The segment, which nobody changes or removes until this transaction ends.

    Raises `Refused` when its rules name what is not there any more, `Missing` when it was removed.
    """
    publication = session.get_one(Publication, segment.publication_id)
    segment = find_segment(session, publication, segment.slug, lock=True)
    rules = read(segment.rules)
    require_complete(rules, look_up(session, publication, rules, clock.now()))
    return segment
