"""Lock a revision: what was scheduled is what is sent."""

from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.issues.models import Revision


def lock_revision(session: Session, revision: Revision) -> None:
    """From now on this revision never changes; locking it again changes nothing.

    Saving the issue makes a new revision beside it.
    """
    if revision.locked_at is None:
        revision.locked_at = clock.now()
        session.flush()
