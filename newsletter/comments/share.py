"""Share links: an issue for people without an account, until a day or until somebody revokes it."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.comments.models import ShareLink
from newsletter.core import clock
from newsletter.core.errors import Missing, Refused
from newsletter.issues.edit import lock_issue
from newsletter.issues.models import Issue

DAYS, MOST_DAYS = 14, 90
MOST_LINKS = 20  # of one issue at a time


def share(session: Session, issue_id: int, *, days: int = DAYS, actor: str) -> ShareLink:
    """Make a link that works for `days`, flushed. `Refused` for another number than 1 to 90, or too many."""
    issue = lock_issue(session, issue_id)
    if not 1 <= days <= MOST_DAYS:
        sentence = f"A link works for 1 to {MOST_DAYS} days."
        raise Refused("bad_days", sentence, {"days": sentence})
    if len(working_links(session, issue)) >= MOST_LINKS:
        raise Refused("too_many_links", f"An issue has at most {MOST_LINKS} links. Revoke one first.")
    link = ShareLink(issue_id=issue.id, created_by=actor, expires_at=clock.now() + timedelta(days=days))
    session.add(link)
    session.flush()
    audit.record(session, "issue.shared", "issue", issue.id, actor=actor, link=link.id, days=days)
    return link


def unshare(session: Session, issue_id: int, link_id: int | None = None, *, actor: str) -> int:
    """Revoke one link of an issue, or all of them; how many worked until then."""
    issue = lock_issue(session, issue_id)
    revoked = [link for link in working_links(session, issue) if link_id in (None, link.id)]
    for link in revoked:
        link.revoked_at = clock.now()
        audit.record(session, "issue.unshared", "issue", issue.id, actor=actor, link=link.id)
    return len(revoked)


def working_links(session: Session, issue: Issue) -> Sequence[ShareLink]:
    """The links of an issue that still work, oldest first."""
    return session.scalars(
        select(ShareLink)
        .where(
            ShareLink.issue_id == issue.id,
            ShareLink.revoked_at.is_(None),
            ShareLink.expires_at > clock.now(),
        )
        .order_by(ShareLink.id)
    ).all()


def open_link(session: Session, link_id: int) -> ShareLink:
    """The link with this id as it is now; `Missing` when its issue was deleted, `Refused` when it is over."""
    link = session.get(ShareLink, link_id, populate_existing=True)
    if link is None:
        raise Missing("no_issue", "This issue was deleted.")
    if link.revoked_at is not None:
        raise Refused("revoked_link", "This link has been revoked.")
    if link.expires_at <= clock.now():
        raise Refused("expired_token", "This link has expired.")
    return link
