"""What the last check of a publication's sender found."""

from sqlalchemy.orm import Session

from newsletter.issues.compile import sender_domain
from newsletter.preflight.sender_checks.models import SenderCheck
from newsletter.publications.models import Publication


def sender_problems(session: Session, publication: Publication) -> tuple[str, ...]:
    """A sentence for each problem; none while nothing is known of it."""
    domain = sender_domain(publication)
    check = session.get(SenderCheck, domain) if domain else None
    return tuple(check.problems) if check and check.checked_at else ()
