"""Save a document as an issue: a new one, or the next revision of the one with its slug."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict
from newsletter.document import Document, dumps
from newsletter.issues.edit import with_editions_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.issues.snippets.take_over import record_issue_snippets, with_snippets
from newsletter.issues.stories import record_issue_stories
from newsletter.mailings.current import current_mailing
from newsletter.publications.models import Publication


@dataclass(frozen=True)
class Saved:
    """The issue and revision that hold the document, and whether saving made a new revision."""

    issue: Issue
    revision: Revision
    changed: bool


def save_document(
    session: Session, publication: Publication, document: Document, *, author: str = "", name: str = ""
) -> Saved:
    """Save `document` in `publication`; the same document saved again is the same revision.

    A draft takes over the words that its snippets have now, and a document that says nothing of editions
    takes over those that the issue has. Revisions are only ever added, so a locked one stays what it was.
    Raises `Conflict` when somebody else saved the same issue in the same moment.
    """
    issue = _issue_to_change(session, publication, document.slug)
    if issue is None or is_draft(session, issue):
        document = with_snippets(session, publication.id, document)
    if issue is None:
        issue = Issue(publication_id=publication.id, slug=document.slug, title=document.title)
    else:
        newest = find_revision(session, issue)
        document = with_editions_of(load_document(newest), document)
        if newest.document == dumps(document):
            return Saved(issue, newest, changed=False)
    revision = _add_revision(session, issue, document, author=author, name=name)
    return Saved(issue, revision, changed=True)


def is_draft(session: Session, issue: Issue) -> bool:
    """Whether the issue is neither scheduled nor sent, so that its text still follows its snippets."""
    return issue.published_revision is None and current_mailing(session, issue.id) is None


def _issue_to_change(session: Session, publication: Publication, slug: str) -> Issue | None:
    return session.scalar(
        select(Issue)
        .where(Issue.publication_id == publication.id, Issue.slug == slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _add_revision(session: Session, issue: Issue, document: Document, *, author: str, name: str) -> Revision:
    try:
        with session.begin_nested():
            session.add(issue)
            issue.title = document.title
            issue.latest_revision = (issue.latest_revision or 0) + 1
            session.flush()
            revision = Revision(
                issue_id=issue.id,
                number=issue.latest_revision,
                document=dumps(document),
                author=author,
                name=name,
            )
            session.add(revision)
            record_issue_stories(session, issue, document)
            record_issue_snippets(session, issue, document)
    except IntegrityError as error:
        raise Conflict(
            "saved_meanwhile", f"Someone else has just saved the issue “{document.slug}”. Try again."
        ) from error
    return revision
