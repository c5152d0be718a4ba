"""An issue that people have talked about: comments of all kinds, a share link, a request and an approval."""

from sqlalchemy.orm import Session

from newsletter.approval.approve import approve
from newsletter.approval.request_review import request_review
from newsletter.comments.add import add_comment, add_reply, add_shared_comment
from newsletter.comments.resolve import resolve
from newsletter.comments.share import share
from newsletter.issues.models import Issue


def discuss(session: Session, issue: Issue, words: str, somebody: str) -> None:
    """Comments that say `words`: answered, of somebody with the link, on text that is gone, resolved."""
    first = add_comment(session, issue, words, author=somebody)
    add_reply(session, issue, first.id, words, author=somebody)
    link = share(session, issue.id, actor=somebody)
    add_shared_comment(session, link, issue, words, name=words[:80]).quote = words
    resolve(session, issue, add_comment(session, issue, words, author=somebody).id, actor=somebody)
    request_review(session, issue.id, actor=somebody)
    approve(session, issue.id, None, actor=somebody, note=words)
