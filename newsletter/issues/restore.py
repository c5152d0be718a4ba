"""Restore a revision: what it says becomes the newest revision. What was there in between stays."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.errors import Refused
from newsletter.document import Document, dumps
from newsletter.issues.edit import Locked, add_revision, lock_issue, update_title_and_slug
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.save import Saved
from newsletter.issues.snippets.take_over import record_issue_snippets, with_snippets
from newsletter.issues.stories import record_issue_stories
from newsletter.mailings.current import current_mailing


def restore_revision(session: Session, issue_id: int, number: int, *, actor: str) -> Saved:
    """Add a revision with the document of revision `number`; nothing when the newest says just that.

    The issue keeps its slug where readers have links to it, or where another issue has the old one by now.
    Raises `Missing` for an issue or a revision that does not exist, `Locked` once the issue has a mailing.
    """
    issue = lock_issue(session, issue_id)
    restored = find_revision(session, issue, number)
    newest = find_revision(session, issue)
    mailing = current_mailing(session, issue.id)
    if mailing is not None:
        raise Locked(mailing)
    document = _with_usable_slug(session, issue, load_document(restored))
    document = with_snippets(session, issue.publication_id, document)
    text = dumps(document)
    if text == newest.document:
        return Saved(issue, newest, changed=False)
    record_issue_stories(session, issue, document)
    record_issue_snippets(session, issue, document)
    added = add_revision(session, issue, text, actor, restored_from=restored.number)
    audit.record(
        session,
        "issue.restored",
        "issue",
        issue.id,
        actor=actor,
        revision=added.number,
        restored=restored.number,
    )
    return Saved(issue, added, changed=True)


def _with_usable_slug(session: Session, issue: Issue, document: Document) -> Document:
    """`document`, with the slug that the issue has now where its own cannot be had; the issue follows it."""
    try:
        update_title_and_slug(session, issue, document)
    except Refused:
        return document.model_copy(update={"slug": issue.slug})
    return document
