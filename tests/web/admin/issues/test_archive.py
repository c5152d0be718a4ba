"""An issue's tags, and what came of its page in the archive, in the admin."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue, IssueTag
from newsletter.issues.publish import publish_issue
from newsletter.subscribers.issue_sign_ups import record_issue_sign_up
from tests.databases import both_databases
from tests.factories import make_issue, make_subscription
from tests.web.admin.issues.conftest import own
from tests.web.signed_in import SignedIn


def tags_of(session: Session, issue: Issue) -> list[str]:
    session.rollback()
    tags = select(IssueTag.tag).where(IssueTag.issue_id == issue.id).order_by(IssueTag.tag)
    return list(session.scalars(tags))


@both_databases
def test_tags_are_set_and_spelled_as_before(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    assert "It gets one when it is sent" in editor_client.get(own(issue, "archive")).text
    answer = editor_client.post(own(issue, "archive"), data={"tags": " EU,  night trains ,eu, ,موانئ"})
    assert answer.status_code == 303
    assert sorted(tags_of(session, issue)) == sorted(["EU", "night trains", "موانئ"])
    other = make_issue(session, issue.publication, "other")
    session.commit()
    editor_client.post(own(other, "archive"), data={"tags": "Eu, Harbours"})
    assert tags_of(session, other) == ["EU", "Harbours"]
    editor_client.post(own(issue, "archive"), data={"tags": ""})
    assert tags_of(session, issue) == []
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "issue.tagged")).all()
    assert len(entries) == 3


def test_what_cannot_be_a_tag_stays_in_the_form(
    editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    for typed, sentence in (
        ("x" * 41, "A tag has at most 40 characters"),
        (", ".join(f"t{n}" for n in range(13)), "An issue has at most 12 tags"),
    ):
        answer = editor_client.post(own(issue, "archive"), data={"tags": typed})
        assert answer.status_code == 400
        assert sentence in answer.text
        assert typed in answer.text
    assert tags_of(session, issue) == []


def test_sign_ups_of_a_published_issue_are_counted(
    editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    publish_issue(session, find_revision(session, issue))
    session.commit()
    page = editor_client.get(own(issue, "archive")).text
    assert "Nobody has signed up from this issue yet." in page
    assert f"/archive/{issue.publication.slug}/{issue.slug}" in page
    subscription = make_subscription(session, issue.publication, "ana@example.org")
    session.flush()
    record_issue_sign_up(session, subscription.id, issue.id)
    session.commit()
    assert "person asked to subscribe" in editor_client.get(own(issue, "archive")).text
