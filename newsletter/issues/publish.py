"""Publish an issue: it gets its number and its page in the archive."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.issues.archive_text import update_archive_text
from newsletter.issues.models import Issue, Revision
from newsletter.publications.models import Publication


def publish_issue(session: Session, revision: Revision, at: datetime | None = None) -> Issue:
    """Show `revision` in the archive, with the next number of its publication.

    An issue is published once: called again, for another mailing of it, this changes nothing. A correction
    mail has neither a number nor a page: the page of what it corrects says what was corrected. Nor has a
    monthly summary, which leads to the pages of its issues.
    """
    issue = session.get_one(Issue, revision.issue_id)
    # Two issues of one publication published at the same moment take their numbers one after the other.
    session.execute(
        select(Publication.id).where(Publication.id == issue.publication_id).with_for_update()
    ).one()
    session.refresh(issue)
    if issue.published_revision is not None or not issue.is_regular:
        return issue
    highest = session.scalar(
        select(func.max(Issue.number)).where(Issue.publication_id == issue.publication_id)
    )
    issue.number = (highest or 0) + 1
    issue.published_revision = revision.number
    issue.published_at = at or clock.now()
    session.flush()
    update_archive_text(session, issue)
    return issue
