"""The comments of an issue with their replies, each with the place that it is about now."""

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.comments.anchor import Anchor, Target, find_target
from newsletter.comments.models import Comment, ShareLink
from newsletter.document import Document
from newsletter.issues.models import Issue


@dataclass
class Thread:
    """A comment, its replies from the oldest, and where it belongs: None is the whole issue, or `is_gone`."""

    comment: Comment
    target: Target | None
    is_gone: bool
    replies: list[Comment] = field(default_factory=list)


def list_threads(
    session: Session, issue: Issue, document: Document, link: ShareLink | None = None
) -> list[Thread]:
    """Open threads in the order of the text, then the resolved ones; of `link`, where one is given.

    `document` is the state of the text in which their places are looked for.
    """
    comments = session.scalars(select(Comment).where(Comment.issue_id == issue.id).order_by(Comment.id)).all()
    threads = {
        comment.id: _thread(comment, document)
        for comment in comments
        if comment.parent_id is None and (link is None or comment.share_link_id == link.id)
    }
    for comment in comments:
        if comment.parent_id in threads:
            threads[comment.parent_id].replies.append(comment)
    return sorted(threads.values(), key=_order)


def count_open(session: Session, issue: Issue) -> int:
    """How many comments of an issue are not resolved."""
    return (
        session.scalar(
            select(func.count()).where(
                Comment.issue_id == issue.id, Comment.parent_id.is_(None), Comment.resolved_at.is_(None)
            )
        )
        or 0
    )


def mark_of(session: Session, issue: Issue) -> str:
    """What is different whenever a comment of the issue was written, resolved or opened again."""
    newest = session.scalar(select(func.max(Comment.id)).where(Comment.issue_id == issue.id))
    return f"{newest or 0}.{count_open(session, issue)}"


def anchor_of(comment: Comment) -> Anchor:
    """What a comment is about, as it was written down."""
    return Anchor(
        comment.section_id, comment.item_index, comment.item_url, comment.item_headline, comment.quote
    )


def _thread(comment: Comment, document: Document) -> Thread:
    anchor = anchor_of(comment)
    target = None if anchor.is_whole else find_target(document, anchor)
    return Thread(comment, target, is_gone=target is None and not anchor.is_whole)


def _order(thread: Thread) -> tuple[bool, bool, int, int, int]:
    at = thread.target or Target(-1)
    item = -1 if at.item is None else at.item
    return thread.comment.resolved_at is not None, thread.is_gone, at.section, item, thread.comment.id
