"""Whether a publication's slug may still change."""

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication


def slug_stays(session: Session, publication: Publication) -> bool:
    """Whether anything was sent or published, so that links with the slug are out in the world."""
    sent = exists().where(Mailing.publication_id == publication.id, Mailing.started_at.is_not(None))
    published = exists().where(Issue.publication_id == publication.id, Issue.published_at.is_not(None))
    return bool(session.scalar(select(or_(sent, published))))
