"""`/admin/issues/<id>/threads`: the open comments at their places, as JSON for the editor's script.

GET lists them; POST writes one about a place, or with `reply_to` an answer; `…/threads/<comment>/resolve`
says that nothing is left to do. Each answers the list as it is then. Whether it changed is told by
`mark_of`, which the page learns with its signs of life (`presence.py`).
"""

from typing import Any

from flask import Response, jsonify, request

from newsletter.accounts.permissions import Permission
from newsletter.comments.add import add_comment, add_reply
from newsletter.comments.models import Comment
from newsletter.comments.resolve import resolve
from newsletter.comments.threads import Thread, list_threads, mark_of
from newsletter.core.errors import DomainError
from newsletter.core.ids import LARGEST_ID
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue
from newsletter.web.admin.guard import allow, current_actor
from newsletter.web.admin.issues.blueprint import blueprint, load_issue, refusal
from newsletter.web.database import session


@blueprint.get("/issues/<int:issue_id>/threads")
@allow(Permission.EDIT_ISSUES)
def threads(issue_id: int) -> Response:
    """The open ones, in the order of the text."""
    return _answer(load_issue(issue_id))


@blueprint.post("/issues/<int:issue_id>/threads")
@allow(Permission.EDIT_ISSUES)
def add_thread(issue_id: int) -> Response:
    """Write a comment or a reply."""
    issue = load_issue(issue_id)
    try:
        _write(issue, request.get_json(silent=True))
    except DomainError as error:
        return refusal(error)
    session().commit()
    return _answer(issue)


@blueprint.post("/issues/<int:issue_id>/threads/<int:comment_id>/resolve")
@allow(Permission.EDIT_ISSUES)
def resolve_thread(issue_id: int, comment_id: int) -> Response:
    """Nothing is left to do about it."""
    issue = load_issue(issue_id)
    try:
        resolve(session(), issue, comment_id, actor=current_actor())
    except DomainError as error:
        return refusal(error)
    session().commit()
    return _answer(issue)


def _write(issue: Issue, asked: Any) -> None:
    facts = asked if isinstance(asked, dict) else {}
    text, reply_to, item = _text(facts, "text"), facts.get("reply_to"), facts.get("item")
    if reply_to is not None:
        number = reply_to if isinstance(reply_to, int) and 0 <= reply_to <= LARGEST_ID else 0
        add_reply(session(), issue, number, text, author=current_actor())
        return
    add_comment(
        session(),
        issue,
        text,
        author=current_actor(),
        section_id=_text(facts, "section"),
        item=item if isinstance(item, int) else None,
        quote=_text(facts, "quote"),
    )


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""


def _answer(issue: Issue) -> Response:
    document = load_document(find_revision(session(), issue))
    rows = [each for each in list_threads(session(), issue, document) if each.comment.resolved_at is None]
    return jsonify(threads=[_thread(each) for each in rows], mark=mark_of(session(), issue))


def _thread(thread: Thread) -> dict[str, Any]:
    comment = thread.comment
    return _said(comment) | {
        "path": thread.target.path if thread.target else "",
        "is_gone": thread.is_gone,
        "quote": comment.quote,
        "is_shared": comment.share_link_id is not None,
        "replies": [_said(reply) for reply in thread.replies],
    }


def _said(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "author": comment.author,
        "text": comment.text,
        "at": comment.created_at.isoformat(),
    }
