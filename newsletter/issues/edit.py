"""Edit an issue in the editor: small changes as JSON Patch, saved many times an hour.

A state is named by its revision's number and how often that was amended. A change says which state it was
made from; when that is no longer the newest, nothing is saved and whoever typed is told. The newest revision
is amended while it is young, unnamed, unlocked, by the same person and seen by nobody else in just this
state; otherwise a new one is added, so that an afternoon's typing becomes a few revisions, not thousands.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core import clock
from newsletter.core.errors import Conflict, Missing, Refused
from newsletter.document import Document, dumps
from newsletter.document.reading import read
from newsletter.issues.last_seen import seen_by_others
from newsletter.issues.load import find_revision, load_document
from newsletter.issues.models import AUTHOR_LENGTH, Issue, Revision
from newsletter.issues.patch import apply_patch
from newsletter.issues.snippets.take_over import record_issue_snippets, with_snippets
from newsletter.issues.stories import record_issue_stories
from newsletter.mailings.current import current_mailing
from newsletter.mailings.models import Mailing

AMENDED_FOR = timedelta(minutes=10)


class Stale(Conflict):
    """The text has changed since the state that a change was made from; `revision` is the newest."""

    def __init__(self, revision: Revision) -> None:
        super().__init__("stale", "Someone else saved this issue in the meantime.")
        self.revision = revision


class Locked(Conflict):
    """The issue has a mailing: its text stays as it is."""

    def __init__(self, mailing: Mailing) -> None:
        super().__init__("locked", "This issue is scheduled or was sent, so it can no longer be changed.")
        self.mailing = mailing


def state_of(revision: Revision) -> str:
    """The name of the state that a revision is in, such as `17.3`."""
    return f"{revision.number}.{revision.edits}"


def with_editions_of(earlier: Document, document: Document) -> Document:
    """`document`, with the editions of the one that it follows, unless it says something of editions itself.

    Markdown has no place for them, and what knows nothing of them must not lose them.
    """
    if "editions" in document.model_fields_set or not earlier.editions:
        return document
    own = (document.language or "").lower()
    kept = tuple(each for each in earlier.editions if each.language.lower() != own)
    return document.model_copy(update={"editions": kept})


def editor_json(document: Document) -> dict[str, Any]:
    """The same for the issue editor, which shows one language: editions have a page of their own."""
    return document.model_dump(mode="json", exclude={"editions"})


def full_json(document: Document) -> dict[str, Any]:
    """The document as JSON with every field, also those at their default, because patches refer to them."""
    return document.model_dump(mode="json")


def edit_issue(
    session: Session, issue_id: int, state: str, operations: list[dict[str, Any]], *, author: str
) -> Revision:
    """Apply `operations` (see `issues.patch`) to the state called `state`; the revision that holds it then.

    Of several at once exactly one is saved. Raises `Stale` for the others, `Locked` once the issue has a
    mailing, `DocumentInvalid` with every problem and its place, `Refused` for operations that do not apply
    and a slug that cannot be had.
    """
    issue = lock_issue(session, issue_id)
    revision = find_revision(session, issue)
    if state_of(revision) != state:
        raise Stale(revision)
    mailing = current_mailing(session, issue.id)
    if mailing is not None:
        raise Locked(mailing)
    now = load_document(revision)
    typed = with_editions_of(now, read(apply_patch(full_json(now), operations)))
    document = with_snippets(session, issue.publication_id, typed)
    text = dumps(document)
    if text == revision.document:
        return revision
    update_title_and_slug(session, issue, document)
    record_issue_stories(session, issue, document)
    record_issue_snippets(session, issue, document)
    return store_revision(session, issue, revision, text, author)


def lock_issue(session: Session, issue_id: int) -> Issue:
    """The issue and its revisions as they are now; nobody else changes them before this transaction ends.

    On SQLite a writing transaction already excludes every other.
    """
    issue = session.scalar(
        select(Issue)
        .where(Issue.id == issue_id)
        .with_for_update(of=Issue)
        .execution_options(populate_existing=True)
    )
    if issue is None:
        raise Missing("no_issue", f"There is no issue {issue_id}.")
    return issue


def update_title_and_slug(session: Session, issue: Issue, document: Document) -> None:
    """Let title and slug of the issue repeat those of `document`; `Refused` for a slug that cannot be had."""
    issue.title = document.title
    if document.slug == issue.slug:
        return
    if issue.published_revision is not None:
        raise _bad_slug("Readers have links to this address, so it cannot be changed.")
    try:
        with session.begin_nested():
            issue.slug = document.slug
    except IntegrityError:
        raise _bad_slug("Another issue of this publication has this address.") from None


def store_revision(session: Session, issue: Issue, newest: Revision, text: str, author: str) -> Revision:
    """Amend the newest revision of `issue` or add one; the one with `text`. The caller holds its lock."""
    author = author[:AUTHOR_LENGTH]
    if _may_be_amended(newest, author) and not seen_by_others(session, newest, author):
        newest.document, newest.saved_at = text, clock.now()
        newest.edits += 1
        session.flush()
        return newest
    return add_revision(session, issue, text, author)


def add_revision(
    session: Session, issue: Issue, text: str, author: str, *, restored_from: int | None = None
) -> Revision:
    """Add the newest revision of `issue`, which is locked (`lock_issue`); `text` is that of a document."""
    now = clock.now()
    issue.latest_revision += 1
    added = Revision(
        issue_id=issue.id,
        number=issue.latest_revision,
        document=text,
        author=author[:AUTHOR_LENGTH],
        restored_from=restored_from,
        created_at=now,
        saved_at=now,
    )
    session.add(added)
    session.flush()
    return added


def _may_be_amended(revision: Revision, author: str) -> bool:
    return (
        revision.locked_at is None
        and not revision.name
        and revision.restored_from is None
        and revision.author == author
        and clock.now() - revision.created_at < AMENDED_FOR
    )


def _bad_slug(sentence: str) -> Refused:
    return Refused("bad_slug", sentence, {"slug": sentence})
