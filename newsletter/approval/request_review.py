"""Ask the team to read an issue and approve it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.approval.models import ReviewRequest
from newsletter.approval.notify import tell_team
from newsletter.approval.required import text_to_approve
from newsletter.issues.edit import lock_issue, state_of
from newsletter.issues.models import Revision


@dataclass(frozen=True)
class Requested:
    """A request, and the addresses that it was mailed to by this call."""

    request: ReviewRequest
    state: str
    told: list[str]


def request_review(session: Session, issue_id: int, *, actor: str) -> Requested:
    """Ask everybody on the team who may send, but `actor`, to review the text as it is now.

    Asked again by the same person for the same state, nobody is written to again.
    """
    issue = lock_issue(session, issue_id)
    revision = text_to_approve(session, issue)
    existing = next((each for each in requests_of(session, revision) if each.requested_by == actor), None)
    if existing is not None:
        return Requested(existing, state_of(revision), [])
    request = ReviewRequest(
        issue_id=issue.id, revision_id=revision.id, edits=revision.edits, requested_by=actor
    )
    session.add(request)
    session.flush()
    told = tell_team(session, "review_requested", issue, but=actor)
    audit.record(session, "issue.review_requested", "issue", issue.id, actor=actor, state=state_of(revision))
    return Requested(request, state_of(revision), told)


def requests_of(session: Session, revision: Revision) -> Sequence[ReviewRequest]:
    """Who asked for a review of the state that `revision` is in now, oldest first."""
    return session.scalars(
        select(ReviewRequest)
        .where(ReviewRequest.revision_id == revision.id, ReviewRequest.edits == revision.edits)
        .order_by(ReviewRequest.id)
    ).all()
