"""An approval is of one state of the text; whose approval counts; two who edit and approve at once."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.accounts.create import create_user
from newsletter.accounts.permissions import RoleName
from newsletter.approval.approve import NOTE_LENGTH, Edited, approve
from newsletter.approval.demand import lacks_approval
from newsletter.approval.models import Approval
from newsletter.approval.request_review import request_review
from newsletter.approval.required import approvals_of
from newsletter.audit.models import AuditEntry
from newsletter.core.errors import Conflict, Refused
from newsletter.issues.delete import delete_draft
from newsletter.issues.edit import edit_issue, state_of
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.outbox.models import SystemMessage
from newsletter.runtime import Runtime
from newsletter.sending.schedule import schedule
from tests.factories import make_issue, make_publication_with_reader

ANA, BEN = "ana@press.example", "ben@press.example"


def change(subject: str) -> list[dict]:
    return [{"op": "replace", "path": "/subject", "value": subject}]


@pytest.fixture
def issue(session: Session) -> Issue:
    """Its publication demands an approval, and Ana made the last edit."""
    publication = make_publication_with_reader(session)
    publication.approval_required = True
    made = make_issue(session, publication)
    edit_issue(session, made.id, "1.0", change("Boats"), author=ANA)
    session.commit()
    return made


def state(session: Session, issue: Issue) -> str:
    return state_of(find_revision(session, issue))


def lacks(session: Session, issue: Issue) -> bool:
    return lacks_approval(session, find_revision(session, issue), issue.publication)


def test_an_approval_by_somebody_else_counts_until_the_next_edit(session: Session, issue: Issue) -> None:
    assert lacks(session, issue)
    seen = state(session, issue)
    approve(session, issue.id, seen, actor=BEN, note="Good.")
    assert not lacks(session, issue)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue.approved")).one()
    assert (entry.actor, entry.detail) == (BEN, {"state": seen})
    edit_issue(session, issue.id, seen, change("Ships"), author=ANA)  # amends: the same revision
    assert lacks(session, issue)
    assert approvals_of(session, find_revision(session, issue)) == []
    with pytest.raises(Edited):
        approve(session, issue.id, seen, actor=BEN)


def test_who_made_the_last_edit_cannot_approve_it_where_somebody_else_must(
    session: Session, issue: Issue
) -> None:
    with pytest.raises(Refused, match="someone else has to approve"):
        approve(session, issue.id, None, actor=ANA)
    approve(session, issue.id, None, actor=BEN)
    edit_issue(session, issue.id, state(session, issue), change("Ships"), author=BEN)
    with pytest.raises(Refused):
        approve(session, issue.id, None, actor=BEN)
    approve(session, issue.id, None, actor=ANA)
    assert not lacks(session, issue)


def test_an_own_approval_from_before_the_demand_is_worth_nothing(session: Session, issue: Issue) -> None:
    issue.publication.approval_required = False
    approve(session, issue.id, None, actor=ANA)
    issue.publication.approval_required = True
    assert lacks(session, issue)


def test_pressed_twice_is_one_approval_and_a_long_note_is_refused(session: Session, issue: Issue) -> None:
    with pytest.raises(Refused) as refused:
        approve(session, issue.id, None, actor=BEN, note="x" * (NOTE_LENGTH + 1))
    assert "note" in refused.value.fields
    for _ in range(2):
        approve(session, issue.id, None, actor=BEN, note="x" * NOTE_LENGTH)
    assert session.scalar(select(func.count()).select_from(Approval)) == 1


def test_an_approval_can_be_given_while_it_is_scheduled_and_not_later(
    session: Session, issue: Issue, runtime: Runtime
) -> None:
    mailing = schedule(session, issue, None, runtime.links, actor="test")
    approve(session, issue.id, None, actor=BEN)
    mailing.state = mailing.state.SENDING
    session.flush()
    with pytest.raises(Conflict, match="no longer needs approval"):
        approve(session, issue.id, None, actor="cleo@press.example")


def test_of_an_edit_and_an_approval_at_once_no_approval_is_of_unread_text(
    session: Session, issue: Issue, runtime: Runtime
) -> None:
    issue_id = issue.id
    for number in range(4):
        seen, start = state(session, issue), threading.Barrier(2)
        session.rollback()

        def edit(seen: str = seen, start: threading.Barrier = start, number: int = number) -> None:
            start.wait()
            with runtime.session() as own:
                edit_issue(own, issue_id, seen, change(f"Ships {number}"), author=ANA)
                own.commit()

        editor = threading.Thread(target=edit)
        editor.start()
        start.wait()
        with runtime.session() as own:
            try:
                approve(own, issue_id, seen, actor=BEN)
                own.commit()
            except Edited:
                own.rollback()
        editor.join()
        assert state(session, issue) != seen
        assert lacks(session, issue)


def test_a_request_is_mailed_once_to_whoever_may_approve(session: Session, issue: Issue) -> None:
    for email in (ANA, BEN, "invited@press.example"):
        user = create_user(session, email=email, role=RoleName.EDITOR, password=None, actor="test")
        user.password = "" if email.startswith("invited") else "hash"
    assert request_review(session, issue.id, actor=ANA).told == [BEN]
    assert request_review(session, issue.id, actor=ANA).told == []
    message = session.scalars(select(SystemMessage)).one()
    assert (message.kind, message.recipient, message.facts) == (
        "review_requested",
        BEN,
        {"issue_id": issue.id},
    )
    edit_issue(session, issue.id, state(session, issue), change("Ships"), author=ANA)
    assert request_review(session, issue.id, actor=ANA).told == [BEN]


def test_a_draft_is_deleted_with_its_approvals(session: Session, issue: Issue) -> None:
    approve(session, issue.id, None, actor=BEN)
    request_review(session, issue.id, actor=BEN)
    session.commit()
    delete_draft(session, issue.id, actor="test")
    session.commit()
    assert session.scalar(select(func.count()).select_from(Approval)) == 0
