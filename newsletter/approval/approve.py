"""Approve the text of an issue as it is now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import audit
from newsletter.approval.models import Approval
from newsletter.approval.required import text_to_approve
from newsletter.core.errors import Conflict, Refused
from newsletter.core.text import clean_note
from newsletter.issues.edit import lock_issue, state_of
from newsletter.issues.models import Issue, Revision
from newsletter.mailings.current import current_mailing
from newsletter.mailings.models import MailingState

NOTE_LENGTH = 1_000  # code points


class Edited(Conflict):
    """The text is not the one that the approver has read."""

    def __init__(self) -> None:
        super().__init__(
            "edited", "Someone edited this issue after you opened it. Read it again, then approve it."
        )


def approve(session: Session, issue_id: int, state: str | None, *, actor: str, note: str = "") -> Approval:
    """Write down that `actor` approves the state called `state` (None: the present one); twice is once.

    Raises `Edited` when it is not the present state any more, `Conflict` once the issue is being sent,
    `Refused` for a note that is too long, and for the author of the last edit where the publication demands
    somebody else. No edit can come in between: they wait for the issue's lock.
    """
    issue = lock_issue(session, issue_id)
    revision = text_to_approve(session, issue)
    if state is not None and state_of(revision) != state:
        raise Edited
    mailing = current_mailing(session, issue.id)
    if mailing is not None and mailing.state is not MailingState.SCHEDULED:
        raise Conflict("being_sent", "This issue is being sent or was sent, so it no longer needs approval.")
    if is_own_edit(issue, revision, actor):
        raise Refused("own_edit", "You made the last edit, so someone else has to approve the issue.")
    note = _checked(note)
    same = (Approval.revision_id == revision.id, Approval.edits == revision.edits)
    existing = session.scalar(select(Approval).where(*same, Approval.approved_by == actor))
    if existing is not None:
        return existing
    approval = Approval(
        issue_id=issue.id, revision_id=revision.id, edits=revision.edits, approved_by=actor, note=note
    )
    session.add(approval)
    session.flush()
    audit.record(session, "issue.approved", "issue", issue.id, actor=actor, state=state_of(revision))
    return approval


def is_own_edit(issue: Issue, revision: Revision, actor: str) -> bool:
    """Whether an approval by `actor` would be worth nothing: they made the last edit of `revision`."""
    return issue.publication.approval_required and revision.author == actor


def _checked(note: str) -> str:
    kept = clean_note(note, NOTE_LENGTH + 1)
    if len(kept) > NOTE_LENGTH:
        sentence = f"Use at most {NOTE_LENGTH:,} characters for the note."
        raise Refused("long_note", sentence, {"note": sentence})
    return kept
