"""Whether a mailing waits because its text lacks the approval that its publication demands."""

from sqlalchemy.orm import Session

from newsletter.approval.demand import lacks_approval
from newsletter.core import clock
from newsletter.core.errors import Conflict
from newsletter.issues.models import Revision
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication

HELD = "Nobody else has approved the text of this issue. Once someone has, resume the mailing."


def is_unapproved(session: Session, mailing: Mailing) -> bool:
    """Whether the publication demands an approval that the mailing's text does not have.

    The revision is locked since it was scheduled, so no edit can take back an approval that was found here.
    """
    publication = session.get_one(Publication, mailing.publication_id, populate_existing=True)
    return lacks_approval(session, session.get_one(Revision, mailing.revision_id), publication)


def require_approval_if_due(session: Session, mailing: Mailing) -> None:
    """Raise `Conflict` for a mailing that would be held again at once, so that resuming it says why."""
    is_due = mailing.state is MailingState.SCHEDULED and mailing.scheduled_at <= clock.now()
    if is_due and is_unapproved(session, mailing):
        raise Conflict("not_approved", HELD)
