"""Keep what is searchable equal to what the archive shows."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter.archive_search.models import ArchiveText
from newsletter.archive_search.words import searchable


def record_archive_text(
    session: Session, issue_id: int, *, revision: int, language: str, title: str, texts: Sequence[str]
) -> None:
    """From now on the issue is found by its `title` and `texts`, which are in reading order."""
    lines = [" ".join(text.split()) for text in texts]
    row = session.get(ArchiveText, issue_id, populate_existing=True) or ArchiveText(issue_id=issue_id)
    row.revision, row.language, row.title = revision, language, title
    row.text = "\n".join(line for line in lines if line)
    row.words = searchable([title, *lines])
    session.add(row)
    session.flush()


def forget_archive_text(session: Session, issue_id: int) -> None:
    """From now on the issue is not found."""
    session.execute(delete(ArchiveText).where(ArchiveText.issue_id == issue_id))
