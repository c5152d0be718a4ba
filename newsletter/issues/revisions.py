"""The revisions of an issue, for people: who saved which when, what it is called, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues.diff import DocumentDiff, diff_documents
from newsletter.issues.listing import STAGES, Stage
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.models import Mailing, MailingState

PAGE_SIZE = 50


@dataclass(frozen=True)
class RevisionRow:
    """A revision without its document; `stage` says what became of a locked one, None for all others."""

    number: int
    name: str
    author: str
    created_at: datetime
    saved_at: datetime
    edits: int
    restored_from: int | None
    locked_at: datetime | None
    stage: Stage | None


@dataclass(frozen=True)
class RevisionPage:
    """A page of the list. Pages are counted from 1."""

    rows: list[RevisionRow]
    page: int
    pages: int
    total: int


def list_revisions(
    session: Session, issue: Issue, *, page: int = 1, size: int | None = PAGE_SIZE
) -> RevisionPage:
    """The revisions of `issue`, newest first, all of them where `size` is None.

    A page beyond the last one is the last one.
    """
    of_issue = Revision.issue_id == issue.id
    total = session.scalar(select(func.count()).select_from(Revision).where(of_issue)) or 0
    pages = max(1, -(-total // size)) if size else 1
    page = min(max(1, page), pages)
    rows = session.execute(
        select(
            Revision.id,
            Revision.number,
            Revision.name,
            Revision.author,
            Revision.created_at,
            Revision.saved_at,
            Revision.edits,
            Revision.restored_from,
            Revision.locked_at,
        )
        .where(of_issue)
        .order_by(Revision.number.desc())
        .offset((page - 1) * (size or 0))
        .limit(size)
    ).all()
    stages = _stages(session, issue)
    return RevisionPage([RevisionRow(*row[1:], stages.get(row[0])) for row in rows], page, pages, total)


def compare_revisions(session: Session, issue: Issue, before: int, after: int) -> DocumentDiff:
    """What differs between two revisions of `issue`; `Missing` when one of them does not exist."""
    old = load_document(find_revision(session, issue, before))
    return diff_documents(old, load_document(find_revision(session, issue, after)))


def _stages(session: Session, issue: Issue) -> dict[int, Stage]:
    """Where each revision that has a mailing is, by its id; a cancelled mailing is none."""
    mailings = session.execute(
        select(Mailing.revision_id, Mailing.state).where(
            Mailing.issue_id == issue.id, Mailing.state != MailingState.CANCELLED
        )
    )
    return {revision: STAGES[state] for revision, state in mailings}
