"""Let a draft have the words that its snippets have now."""

from sqlalchemy.orm import Session

from newsletter.document import dumps
from newsletter.issues.edit import lock_issue, store_revision
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.save import is_draft
from newsletter.issues.snippets.take_over import with_snippets


def refresh_draft(session: Session, issue_id: int, *, actor: str) -> Issue | None:
    """Save the draft with the words of its snippets, as an edit by `actor`; None where nothing changes.

    An issue that is scheduled or was sent stays as it is.
    """
    issue = lock_issue(session, issue_id)
    if not is_draft(session, issue):
        return None
    revision = find_revision(session, issue)
    text = dumps(with_snippets(session, issue.publication_id, load_document(revision)))
    if text == revision.document:
        return None
    store_revision(session, issue, revision, text, actor)
    return issue
