"""Which approvals an issue has, and whether the one that its publication demands is among them.

The rule: an approval is of one state of the text, and is worth nothing for any other. It counts as somebody
else's when whoever approved did not make the last edit of that state, so that no word goes out that only one
person has seen. The command line is a person of its own, called "command line".
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.approval.models import Approval
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.current import current_mailing


def text_to_approve(session: Session, issue: Issue) -> Revision:
    """What would be sent: the revision of the issue's mailing, or the newest one while it has none."""
    mailing = current_mailing(session, issue.id)
    if mailing is None:
        return find_revision(session, issue)
    return session.get_one(Revision, mailing.revision_id)


def approvals_of(session: Session, revision: Revision) -> Sequence[Approval]:
    """Everybody's approvals of the state that `revision` is in now, oldest first."""
    return session.scalars(
        select(Approval)
        .where(Approval.revision_id == revision.id, Approval.edits == revision.edits)
        .order_by(Approval.id)
    ).all()


def last_approval(session: Session, issue: Issue) -> Approval | None:
    """The newest approval of any state of the issue."""
    return session.scalars(
        select(Approval).where(Approval.issue_id == issue.id).order_by(Approval.id.desc()).limit(1)
    ).one_or_none()
