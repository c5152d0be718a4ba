"""Write a comment on an issue, or a reply to one."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.comments.anchor import Anchor, Target, find_phrase, items_of, make_anchor, says
from newsletter.comments.models import Comment, ShareLink
from newsletter.comments.notify import tell_mentioned
from newsletter.core.errors import Limited, Missing, Refused
from newsletter.core.text import clean_note, one_line
from newsletter.document import Document
from newsletter.issues.edit import lock_issue
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import Issue

TEXT_LENGTH, QUOTE_LENGTH, NAME_LENGTH = 4_000, 500, 80  # code points
MOST_FROM_A_LINK = 200  # comments, so that nobody fills the database


def add_comment(
    session: Session,
    issue: Issue,
    text: str,
    *,
    author: str,
    section_id: str = "",
    item: int | None = None,
    quote: str = "",
) -> Comment:
    """Add a comment of the team, flushed; whoever it mentions as `@name` is mailed.

    `item` is a position in the section, from 0. Raises `Refused` naming the field for an empty or long text,
    for a section or item that is not there, and for a phrase that is not in the text.
    """
    revision = find_revision(session, issue)
    anchor = _anchor(load_document(revision), section_id, item, _quote(quote))
    comment = _make(issue, _text(text), author, anchor, (revision.number, revision.edits))
    return _add(session, issue, comment)


def add_reply(session: Session, issue: Issue, comment_id: int, text: str, *, author: str) -> Comment:
    """Answer a comment, flushed; replies are flat, so that of a reply goes below its comment."""
    first = find_comment(session, issue, comment_id)
    state = find_revision(session, issue)
    reply = _make(issue, _text(text), author, Anchor(), (state.number, state.edits))
    reply.parent_id = first.parent_id or first.id
    return _add(session, issue, reply)


def add_shared_comment(
    session: Session, link: ShareLink, issue: Issue, text: str, *, name: str, quote: str = ""
) -> Comment:
    """Add a comment of somebody who has the share link, flushed. It mails nobody, whatever it mentions.

    Raises `Refused` as `add_comment` does, and for a name that is missing; `Limited` when the link has had
    its share of comments.
    """
    shown = one_line(name)
    if not shown or len(shown) > NAME_LENGTH:
        sentence = f"Enter your name, of at most {NAME_LENGTH} characters."
        raise Refused("bad_name", sentence, {"name": sentence})
    if (
        session.scalar(select(func.count()).where(Comment.share_link_id == link.id)) or 0
    ) >= MOST_FROM_A_LINK:
        raise Limited("too_many_comments", "This link has too many comments already. Please write by email.")
    revision = find_revision(session, issue)
    anchor = _anchor(load_document(revision), "", None, _quote(quote))
    comment = _make(issue, _text(text), shown, anchor, (revision.number, revision.edits))
    comment.share_link_id = link.id
    lock_issue(session, issue.id)  # so that nobody deletes it meanwhile
    session.add(comment)
    session.flush()
    return comment


def find_comment(session: Session, issue: Issue, comment_id: int) -> Comment:
    """The comment of this issue with that id; `Missing` when it has none."""
    comment = session.get(Comment, comment_id)
    if comment is None or comment.issue_id != issue.id:
        raise Missing("no_comment", f"Issue {issue.id} has no comment {comment_id}.")
    return comment


def _add(session: Session, issue: Issue, comment: Comment) -> Comment:
    lock_issue(session, issue.id)  # so that nobody deletes it meanwhile
    session.add(comment)
    session.flush()
    tell_mentioned(session, issue, comment)
    audit.record(session, "issue.commented", "issue", issue.id, actor=comment.author, comment=comment.id)
    return comment


def _make(issue: Issue, text: str, author: str, anchor: Anchor, state: tuple[int, int]) -> Comment:
    return Comment(
        issue_id=issue.id,
        author=author,
        text=text,
        section_id=anchor.section_id,
        item_index=anchor.item_index,
        item_url=anchor.item_url,
        item_headline=anchor.item_headline,
        quote=anchor.quote,
        revision=state[0],
        edits=state[1],
    )


def _anchor(document: Document, section_id: str, item: int | None, quote: str) -> Anchor:
    target = _target(document, section_id, item) if section_id or item is not None else None
    if quote:
        if target is not None and not says(document, target, quote):
            raise _wrong("quote", "This phrase is not in that part of the text. Copy it from the preview.")
        target = target or find_phrase(document, quote)
        if target is None:
            raise _wrong("quote", "This phrase is not in the text. Copy it from the preview.")
    return Anchor() if target is None else make_anchor(document, target, quote)


def _target(document: Document, section_id: str, item: int | None) -> Target:
    at = next((n for n, each in enumerate(document.sections) if each.id == section_id), None)
    if at is None or not section_id:
        raise _wrong("section", f"There is no section “{section_id}” in this issue.")
    count = len(items_of(document.sections[at]))
    if item is not None and not 0 <= item < count:
        raise _wrong("item", f"The section “{section_id}” has {count} items.")
    return Target(at, item)


def _text(text: str) -> str:
    kept = clean_note(text, TEXT_LENGTH + 1)
    if not kept:
        raise _wrong("text", "Write a comment first.")
    if len(kept) > TEXT_LENGTH:
        raise _wrong("text", f"Use at most {TEXT_LENGTH:,} characters.")
    return kept


def _quote(quote: str) -> str:
    kept = one_line(quote)
    if len(kept) > QUOTE_LENGTH:
        raise _wrong("quote", f"Use at most {QUOTE_LENGTH} characters of the text.")
    return kept


def _wrong(field: str, sentence: str) -> Refused:
    return Refused("bad_comment", sentence, {field: sentence})
