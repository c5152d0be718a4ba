"""Find issues, revisions and their documents."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core.errors import Missing
from newsletter.document import Document, loads
from newsletter.issues.models import Issue, Revision


def find_issue(session: Session, issue_id: int) -> Issue:
    """The issue with that id; `Missing` when there is none."""
    issue = session.get(Issue, issue_id)
    if issue is None:
        raise Missing("no_issue", f"There is no issue {issue_id}.")
    return issue


def find_revision(session: Session, issue: Issue, number: int | None = None) -> Revision:
    """Revision `number` of `issue`, or its newest, as it is now; `Missing` when there is none."""
    wanted = issue.latest_revision if number is None else number
    revision = session.scalar(
        select(Revision)
        .where(Revision.issue_id == issue.id, Revision.number == wanted)
        .execution_options(populate_existing=True)
    )
    if revision is None:
        raise Missing("no_revision", f"Issue {issue.id} has no revision {wanted}.")
    return revision


def find_titles(session: Session, ids: Collection[int]) -> dict[int, str]:
    """The title of each of these issues, by its id."""
    rows = session.execute(select(Issue.id, Issue.title).where(Issue.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def load_document(revision: Revision) -> Document:
    """The document of a revision."""
    return loads(revision.document, stored=True)
