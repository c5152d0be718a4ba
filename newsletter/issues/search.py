"""Search the issues that a publication has in its archive."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.archive_search.find import issues_with
from newsletter.archive_search.models import ArchiveText
from newsletter.archive_search.query import Phrase
from newsletter.core.errors import Missing
from newsletter.issues.models import Issue
from newsletter.publications.models import Publication

PAGE_SIZE = 10


@dataclass(frozen=True)
class SearchPage:
    """One page of the issues that were found, newest first. Pages are counted from 1."""

    hits: list[tuple[Issue, ArchiveText]]
    number: int
    pages: int
    total: int


def search_archive(
    session: Session, publication: Publication, phrases: Sequence[Phrase], number: int = 1
) -> SearchPage:
    """The published issues of `publication` in which all `phrases` are; `Missing` beyond the last page.

    Without phrases nothing is found.
    """
    if not phrases:
        return SearchPage([], 1, 1, 0)
    # The texts are large: only those of this page are read.
    on_page = session.execute(
        select(Issue.id, func.count().over())
        .where(
            Issue.publication_id == publication.id,
            Issue.published_revision.is_not(None),
            Issue.id.in_(issues_with(session, phrases)),
        )
        .order_by(Issue.number.desc())
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    if number != 1 and not on_page:
        raise Missing("no_page", "This page of the archive does not exist.")
    total = on_page[0][1] if on_page else 0
    return SearchPage(_hits(session, [row[0] for row in on_page]), number, -(-total // PAGE_SIZE) or 1, total)


def _hits(session: Session, ids: Sequence[int]) -> list[tuple[Issue, ArchiveText]]:
    """The issues with their texts, newest first; never a text that the archive does not show any more."""
    is_shown = (ArchiveText.issue_id == Issue.id) & (ArchiveText.revision == Issue.published_revision)
    rows = session.execute(
        select(Issue, ArchiveText)
        .join(ArchiveText, is_shown)
        .where(Issue.id.in_(ids))
        .order_by(Issue.number.desc())
    )
    return [(row[0], row[1]) for row in rows]
