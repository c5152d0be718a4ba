"""Find publications."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.publications.models import Publication


def find_publication(session: Session, slug: str) -> Publication:
    """The publication called `slug`; `Missing` when there is none."""
    found = session.scalar(select(Publication).where(Publication.slug == slug)) if "\0" not in slug else None
    if found is None:
        raise unknown_publication(slug)
    return found


def unknown_publication(slug: str) -> Missing:
    """There is no publication with this slug."""
    return Missing("unknown_publication", f"There is no publication called “{slug[:80]}”.")


def all_publications(session: Session) -> list[Publication]:
    """Every publication, by name."""
    return list(session.scalars(select(Publication).order_by(Publication.name, Publication.id)))
