"""Search the issues that a publication has in its archive."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.archive_search.find import has_phrases
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
    # What is searchable is what is shown: a text of another revision is not found.
    is_shown = (ArchiveText.issue_id == Issue.id) & (ArchiveText.revision == Issue.published_revision)
    found = (
        select(Issue, ArchiveText)
        .join(ArchiveText, is_shown)
        .where(Issue.publication_id == publication.id, has_phrases(session, phrases))
    )
    total = session.scalar(select(func.count()).select_from(found.with_only_columns(Issue.id).subquery()))
    pages = max(1, -(-(total or 0) // PAGE_SIZE))
    if not 1 <= number <= pages:
        raise Missing("no_page", "This page of the archive does not exist.")
    rows = session.execute(
        found.order_by(Issue.number.desc()).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    )
    return SearchPage([(row[0], row[1]) for row in rows], number, pages, total or 0)
