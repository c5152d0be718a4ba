"""Resolve a comment, and open it again."""

from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.comments.add import find_comment
from newsletter.comments.models import Comment
from newsletter.core import clock
from newsletter.core.errors import Refused
from newsletter.issues.models import Issue


def resolve(session: Session, issue: Issue, comment_id: int, *, actor: str) -> Comment:
    """Say that nothing is left to do about a comment; said twice, the first time counts."""
    comment = _first(session, issue, comment_id)
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by = clock.now(), actor
        audit.record(session, "issue.comment_resolved", "issue", issue.id, actor=actor, comment=comment.id)
    return comment


def reopen(session: Session, issue: Issue, comment_id: int, *, actor: str) -> Comment:
    """Say that something is left to do after all."""
    comment = _first(session, issue, comment_id)
    if comment.resolved_at is not None:
        comment.resolved_at, comment.resolved_by = None, ""
        audit.record(session, "issue.comment_reopened", "issue", issue.id, actor=actor, comment=comment.id)
    return comment


def _first(session: Session, issue: Issue, comment_id: int) -> Comment:
    comment = find_comment(session, issue, comment_id)
    if comment.parent_id is not None:
        raise Refused("is_reply", "Only a comment is resolved, not a reply to it.")
    return comment
