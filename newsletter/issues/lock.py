"""Lock a revision when its mailing is scheduled, so that what was scheduled is what is sent."""

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.issues.models import Revision


def lock_revision(session: Session, revision: Revision) -> None:
    """Mark the revision as one that never changes; locking it again changes nothing.

    The next save of the issue adds another revision.
    """
    if revision.locked_at is None:
        revision.locked_at = clock.now()
        session.flush()
