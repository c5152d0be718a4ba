"""Import a document: into the issue with its slug or, if that one was sent or is to be sent, into a new one.

A file without a slug gets one from its title, and next week's issue may well have the title of this week's.
What was sent stays what it was; only who names an issue by its id adds a revision to it.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Conflict, Refused
from newsletter.document import Document, dumps
from newsletter.issues.create import MOST_SAME_TITLES, numbered_slug
from newsletter.issues.edit import lock_issue, with_editions_of
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.issues.save import Saved, save_document
from newsletter.mailings.current import current_mailing
from newsletter.publications.models import Publication


@dataclass(frozen=True)
class Imported:
    """What was saved; `sent`: the issue that has the document's slug and was not touched, if there is one."""

    saved: Saved
    sent: Issue | None = None


def import_document(
    session: Session,
    publication: Publication,
    document: Document,
    *,
    issue_id: int | None = None,
    author: str = "",
) -> Imported:
    """Save `document` as an issue of `publication`, or as the next revision of the issue `issue_id`.

    The same document imported again is the same issue, also when that was sent. Raises `Missing` for an issue
    that does not exist, `Refused` for one of another publication, `Conflict` like `save_document`.
    """
    if issue_id is not None:
        issue = lock_issue(session, issue_id)
        if issue.publication_id != publication.id:
            sentence = f"Issue {issue.id} belongs to the publication {issue.publication.slug}."
            raise Refused("other_publication", sentence, {"issue": sentence})
        document = document.model_copy(update={"slug": issue.slug})
        return Imported(save_document(session, publication, document, author=author))
    sent: Issue | None = None
    for number in range(1, MOST_SAME_TITLES):
        numbered = document.model_copy(update={"slug": numbered_slug(document.slug, number)})
        there = _issue_with(session, publication, numbered.slug)
        if there is None or _may_be_changed(session, there, numbered, number):
            return Imported(save_document(session, publication, numbered, author=author), sent)
        if number == 1:
            sent = there
    raise Conflict("slug_taken", "Too many issues have this title. Choose another one.")


def _may_be_changed(session: Session, issue: Issue, document: Document, number: int) -> bool:
    """Whether saving `document` as `issue` changes nothing that was sent, and no issue of another title."""
    newest = find_revision(session, issue)
    if newest.document == dumps(with_editions_of(load_document(newest), document)):
        return True  # nothing changes at all
    if number > 1 and issue.title != document.title:
        return False
    return issue.published_at is None and current_mailing(session, issue.id) is None


def _issue_with(session: Session, publication: Publication, slug: str) -> Issue | None:
    return session.scalar(
        select(Issue)
        .where(Issue.publication_id == publication.id, Issue.slug == slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
