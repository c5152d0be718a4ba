"""The page that asks for an approval and gives it, and what the page that sends says about it."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.approval.models import Approval, ReviewRequest
from newsletter.issues.models import Issue
from newsletter.mailings.models import Control
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.issues.conftest import (
    JSON,
    LATER,
    DocumentClient,
    confirmation,
    mailings,
    own,
    tree,
    words,
)
from tests.web.signed_in import SignedIn

EDIT = {"op": "replace", "path": "/subject", "value": "Boats"}


@pytest.fixture
def demanded(session: Session, publication: Publication) -> None:
    publication.approval_required = True
    session.commit()


def shown_state(client: SignedIn, issue: Issue) -> str:
    [field] = tree(client.get(own(issue, "approval")).text).cssselect("#approve input[name=state]")
    return str(field.get("value"))


def count(session: Session, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


@both_databases
def test_a_second_person_is_asked_and_approves(
    editor_client: SignedIn, admin_client: SignedIn, session: Session, issue: Issue, demanded: None
) -> None:
    for _ in range(2):
        answer = editor_client.post(own(issue, "approval/request"))
        assert (answer.status_code, answer.location) == (303, own(issue, "approval"))
    assert session.scalars(select(SystemMessage.recipient)).all() == ["olga@press.example"]
    assert "eddi@press.example asked for a review" in words(admin_client.get(own(issue, "approval")).text)
    given = {"state": shown_state(admin_client, issue), "note": "Checked\nthe names."}
    assert admin_client.post(own(issue, "approval"), data=given).status_code == 303
    page = words(editor_client.get(own(issue, "approval")).text)
    assert "olga@press.example approved it on" in page
    assert "Checked the names." in page
    assert "by olga@press.example" in words(editor_client.get(own(issue, "send")).text)
    assert count(session, ReviewRequest) == 1


def test_what_was_edited_a_second_ago_is_not_approved(
    admin_client: SignedIn, session: Session, issue: Issue, api: DocumentClient
) -> None:
    seen = shown_state(admin_client, issue)
    assert api.save(EDIT).status_code == 200
    answer = admin_client.post(own(issue, "approval"), data={"state": seen, "note": "Good work."})
    assert answer.status_code == 409
    assert "Someone edited this issue after you opened it" in words(answer.text)
    assert "Good work." in answer.text  # nothing typed is lost
    assert count(session, Approval) == 0
    admin_client.post(own(issue, "approval"), data={"state": shown_state(admin_client, issue)})
    assert count(session, Approval) == 1
    api.save(EDIT | {"value": "Ships"})
    page = admin_client.get(own(issue, "approval")).text
    assert "but it has been edited since" in words(page)
    assert "history/compare" not in page  # the revision was amended: what was approved is not kept


def test_the_last_author_has_no_button_where_somebody_else_must_approve(
    editor_client: SignedIn, session: Session, issue: Issue, api: DocumentClient, demanded: None
) -> None:
    seen = shown_state(editor_client, issue)
    api.save(EDIT)
    assert not tree(editor_client.get(own(issue, "approval")).text).cssselect("#approve form")
    state = api.read()["etag"]
    assert state != seen
    answer = editor_client.post(own(issue, "approval"), data={"state": state})
    assert answer.status_code == 400
    assert "You made the last edit" in words(answer.text)
    too_long = editor_client.post(own(issue, "approval"), data={"state": state, "note": "x" * 1_001})
    assert too_long.status_code == 400


def test_what_has_changed_since_the_approval_is_a_link_away(
    admin_client: SignedIn, issue: Issue, api: DocumentClient
) -> None:
    admin_client.post(own(issue, "approval"), data={"state": shown_state(admin_client, issue)})
    api.save(EDIT)
    for page in ("approval", "history"):
        assert f"{own(issue, 'history/compare')}?from=1&amp;to=2" in admin_client.get(own(issue, page)).text


@pytest.mark.usefixtures("march")
def test_without_it_the_issue_is_scheduled_with_a_warning(
    editor_client: SignedIn, session: Session, issue: Issue, demanded: None, readers: None
) -> None:
    assert "its mailing is held until someone else approves it" in words(
        editor_client.get(own(issue, "send")).text
    )
    checked: Any = editor_client.get(own(issue, "check"), headers=JSON).json
    [warned] = [each for each in checked["findings"] if each["rule"] == "approval"]
    assert (warned["level"], warned["url"]) == ("warning", own(issue, "approval"))
    fields = confirmation(editor_client, issue, **LATER)
    assert editor_client.post(own(issue, "send"), data=fields).status_code == 303
    assert "When it is due, the mailing is held" in words(editor_client.get(own(issue, "send")).text)
    [mailing] = mailings(session)
    mailing.control = Control.PAUSE
    session.commit()
    assert "The mailing is on hold" in words(editor_client.get(own(issue, "approval")).text)
    editor_client.post(own(issue, "approval"), data={"state": shown_state(editor_client, issue)})
    assert "Go to the mailing to resume it" in words(editor_client.get(own(issue, "approval")).text)


def test_the_text_that_was_scheduled_is_shown_in_its_own_sandbox(
    editor_client: SignedIn, issue: Issue, api: DocumentClient
) -> None:
    [frame] = tree(editor_client.get(own(issue, "approval")).text).cssselect("iframe")
    assert frame.get("sandbox") == ""
    answer = editor_client.get(frame.get("src"))
    assert "A library for a town that had none" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
