"""Correct the web page of a sent issue, with a note that says what was wrong and when it was put right."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.core.bidi import find_override
from newsletter.core.errors import Conflict, Refused
from newsletter.core.links import Links
from newsletter.core.text import is_lines, several_lines
from newsletter.corrections.models import Correction
from newsletter.document import Document, dumps
from newsletter.issues.archive_text import update_archive_text
from newsletter.issues.compile import compile_issue
from newsletter.issues.edit import add_revision, lock_issue, update_title_and_slug
from newsletter.issues.load import find_revision
from newsletter.issues.lock import lock_revision
from newsletter.issues.models import AUTHOR_LENGTH, Issue, Revision
from newsletter.issues.snippets.take_over import record_issue_snippets
from newsletter.issues.stories import record_issue_stories

NOTE_LENGTH = 1_000


class PageChanged(Conflict):
    """The web page was corrected since the state that a correction was made from."""

    def __init__(self) -> None:
        super().__init__(
            "stale", "Someone else corrected this page in the meantime. Read it again, then correct it."
        )


def correct_page(
    session: Session,
    issue_id: int,
    document: Document,
    note: str,
    links: Links,
    *,
    actor: str,
    shown: int | None = None,
) -> Correction:
    """Let the web page of a sent issue show `document`, and say `note` with the day.

    The revision that was sent, its message and its bundle stay what they were; the page's address stays, too,
    whatever slug the document has. `shown` is the number of the revision that the correction was made from.
    Raises `PageChanged` when the page shows another one by now, `Conflict` for an issue without a page,
    `Refused` naming the field for a note that cannot be used, a document that says what the page says
    already, and one that cannot be rendered.
    """
    issue = lock_issue(session, issue_id)
    before = published_revision(session, issue)
    if shown is not None and shown != before.number:
        raise PageChanged
    text = dumps(document.model_copy(update={"slug": issue.slug}))
    if text == before.document:
        sentence = "The page is the same as before. Change something first."
        raise Refused("no_change", sentence)
    note = check_note(note)
    added = _publish(session, issue, document.model_copy(update={"slug": issue.slug}), links, actor)
    correction = Correction(
        issue_id=issue.id,
        before_revision=before.number,
        revision=added.number,
        note=note,
        actor=actor[:AUTHOR_LENGTH],
    )
    session.add(correction)
    session.flush()
    audit.record(
        *(session, "issue.corrected", "issue", issue.id),
        actor=actor,
        revision=added.number,
        before=before.number,
    )
    return correction


def published_revision(session: Session, issue: Issue) -> Revision:
    """The revision that the web page of `issue` shows; `Conflict` when it has no page."""
    if issue.published_revision is None:
        raise Conflict("no_page", "This issue has no web page yet, because it was not sent. Edit it instead.")
    return find_revision(session, issue, issue.published_revision)


def check_note(note: str) -> str:
    """The note as it is shown; `Refused` naming it says what is wrong with it."""
    note = several_lines(note).strip()
    problem = None
    if not note:
        problem = "Enter what was corrected: readers see this note."
    elif len(note) > NOTE_LENGTH:
        problem = f"A note has at most {NOTE_LENGTH:,} characters; this has {len(note):,}."
    elif not is_lines(note):
        problem = "Remove the control characters from the note."
    problem = problem or find_override(note)
    if problem:
        raise Refused("bad_note", problem, {"note": problem})
    return note


def list_corrections(session: Session, issue: Issue) -> list[Correction]:
    """The corrections of `issue`, in the order in which they were made."""
    of_issue = select(Correction).where(Correction.issue_id == issue.id)
    return list(session.scalars(of_issue.order_by(Correction.revision)))


def _publish(session: Session, issue: Issue, document: Document, links: Links, actor: str) -> Revision:
    update_title_and_slug(session, issue, document)
    record_issue_stories(session, issue, document)
    record_issue_snippets(session, issue, document)
    added = add_revision(session, issue, dumps(document), actor)
    # What no message can be made of has no page either: an image that the library has not, for example.
    compile_issue(session, added, issue.publication, links)
    lock_revision(session, added)
    issue.published_revision = added.number
    update_archive_text(session, issue)
    session.flush()
    return added
