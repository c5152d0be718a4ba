"""Find snippets, and the issues that use them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.issues.models import Issue
from newsletter.issues.snippets.models import IssueSnippet, Snippet
from newsletter.mailings.models import Mailing, MailingState
from newsletter.publications.models import Publication


@dataclass(frozen=True)
class Uses:
    """The issues that use a snippet, newest first: drafts follow it, the others keep the words they had."""

    drafts: Sequence[Issue]
    pinned: Sequence[Issue]


def list_snippets(session: Session, publication: Publication) -> Sequence[Snippet]:
    """The snippets of a publication, by title."""
    rows = session.scalars(select(Snippet).where(Snippet.publication_id == publication.id))
    return sorted(rows, key=lambda each: (each.title or each.key).casefold())


def find_snippet(session: Session, publication: Publication, key: str, *, lock: bool = False) -> Snippet:
    """The snippet called `key`, as it is now; `Missing` when there is none.

    `lock`: nobody else changes it before this transaction ends.
    """
    query = select(Snippet).where(Snippet.publication_id == publication.id, Snippet.key == key)
    query = query.with_for_update() if lock else query
    snippet = None if "\0" in key else session.scalar(query.execution_options(populate_existing=True))
    if snippet is None:
        raise Missing("no_snippet", f"{publication.name} has no snippet “{key[:63]}”.")
    return snippet


def find_uses(session: Session, publication: Publication, key: str) -> Uses:
    """Which issues use the snippet `key`."""
    mailed = exists().where(Mailing.issue_id == Issue.id, Mailing.state != MailingState.CANCELLED)
    is_draft = Issue.published_revision.is_(None) & ~mailed
    rows = session.execute(
        select(Issue, is_draft)
        .join(IssueSnippet, IssueSnippet.issue_id == Issue.id)
        .where(Issue.publication_id == publication.id, IssueSnippet.key == key)
        .order_by(Issue.id.desc())
    ).all()
    return Uses([row[0] for row in rows if row[1]], [row[0] for row in rows if not row[1]])
