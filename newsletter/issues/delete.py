"""Delete a draft: an issue that was never scheduled and that no reader has seen."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Conflict
from newsletter.issues.edit import lock_issue
from newsletter.issues.models import Issue, LastSeen, ProofMessage, Revision
from newsletter.mailings.models import Mailing


def delete_draft(session: Session, issue_id: int, *, actor: str) -> Issue:
    """Delete the issue with its revisions; `Conflict` once it has, or ever had, a mailing or a page."""
    issue = lock_issue(session, issue_id)
    if not may_be_deleted(session, issue):
        raise Conflict("not_a_draft", f"“{issue.title}” has been scheduled or sent, so it cannot be deleted.")
    session.execute(delete(ProofMessage).where(ProofMessage.issue_id == issue.id))
    session.execute(delete(LastSeen).where(LastSeen.issue_id == issue.id))
    session.execute(delete(Revision).where(Revision.issue_id == issue.id))
    session.execute(delete(Issue).where(Issue.id == issue.id))
    audit.record(session, "issue.deleted", "issue", issue.id, actor=actor, title=issue.title)
    session.expunge(issue)
    return issue


def may_be_deleted(session: Session, issue: Issue) -> bool:
    """Whether nothing refers to the issue: no mailing, not even a cancelled one, and no page."""
    mailed = session.scalar(select(exists().where(Mailing.issue_id == issue.id)))
    return not mailed and issue.published_revision is None
