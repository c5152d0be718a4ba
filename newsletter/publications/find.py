"""Find publications."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing, Refused
from newsletter.publications.models import Publication

_by_slug = select(Publication).where(Publication.slug == bindparam("slug"))  # built once: every page asks


def find_publication(session: Session, slug: str) -> Publication:
    """The publication called `slug`; `Missing` when there is none."""
    found = None if "\0" in slug else session.scalar(_by_slug, {"slug": slug})
    if found is None:
        raise unknown_publication(slug)
    return found


def find_publication_or_only(session: Session, slug: str | None) -> Publication:
    """The publication called `slug`, or for None the only one; `Refused` where there is no such one."""
    if slug is not None:
        return find_publication(session, slug)
    publications = all_publications(session)
    if len(publications) != 1:
        raise Refused("which_publication", "Name the publication with --publication SLUG.")
    return publications[0]


def unknown_publication(slug: str) -> Missing:
    """There is no publication with this slug."""
    return Missing("unknown_publication", f"There is no publication called “{slug[:80]}”.")


def all_publications(session: Session) -> list[Publication]:
    """Every publication, by name."""
    return list(session.scalars(select(Publication).order_by(Publication.name, Publication.id)))
