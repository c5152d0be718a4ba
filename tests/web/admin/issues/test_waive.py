"""Waiving a warning in the review."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.preflight.models import Waiver
from newsletter.publications.models import Publication
from tests.databases import both_databases
from tests.web.admin.issues.conftest import JSON, DocumentClient, own, save_issue, tree, words
from tests.web.signed_in import SignedIn

pytestmark = pytest.mark.usefixtures("march", "reader")


@pytest.fixture
def issue(session: Session, publication: Publication) -> Issue:
    """A draft without preheader."""
    made = save_issue(session, publication, preheader="")
    session.commit()
    return made


def forms(client: SignedIn, issue: Issue) -> list[dict[str, str]]:
    """The fields of each form that waives a warning."""
    page = tree(client.get(own(issue, "check")).text)
    found = page.cssselect("details.waive form")
    return [
        {field.get("name"): field.get("value", "") for field in form.cssselect("input")} for form in found
    ]


@both_databases
def test_a_warning_is_waived_and_comes_back(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    first, _ = forms(editor_client, issue)
    why = "The subject says it all."
    answer = editor_client.post(own(issue, "waive"), data=first | {"reason": why})
    assert (answer.status_code, answer.location) == (303, f"{own(issue, 'check')}#ready")
    page = editor_client.get(own(issue, "check")).text
    assert why in words(page)
    assert "It can be sent. Check 1 warning first." in words(page)
    found = editor_client.get(own(issue, "check"), headers=JSON).json
    assert found is not None
    assert [each["waived"] and each["waived"]["reason"] for each in found["findings"]] == [None, why]
    [waiver] = session.scalars(select(Waiver))
    assert waiver.waived_by == "eddi@press.example"
    assert editor_client.post(own(issue, f"waivers/{waiver.id}/undo")).status_code == 303
    assert len(forms(editor_client, issue)) == 2
    assert editor_client.post(own(issue, "waivers/99/undo")).status_code == 404


def test_an_edit_in_between_is_told_and_the_reason_is_kept(editor_client: SignedIn, issue: Issue) -> None:
    first, second = forms(editor_client, issue)
    api = DocumentClient(editor_client, issue.id)
    assert api.save({"op": "replace", "path": "/preheader", "value": "Read on"}).status_code == 200
    late = editor_client.post(own(issue, "waive"), data=first | {"reason": "Too short to matter."})
    assert late.status_code == 409
    assert "Someone edited this issue after you opened the review." in words(late.text)
    assert "You wrote: Too short to matter." in words(late.text)
    empty = editor_client.post(own(issue, "waive"), data=forms(editor_client, issue)[0] | {"reason": " "})
    assert empty.status_code == 400
    [field] = tree(empty.text).cssselect("input[aria-invalid=true]")
    assert field.get("name") == "reason"
    assert second["rule"] == "tested"


def test_when_every_warning_was_waived_it_is_ready(editor_client: SignedIn, issue: Issue) -> None:
    for form in forms(editor_client, issue):
        assert editor_client.post(own(issue, "waive"), data=form | {"reason": "Fine."}).status_code == 303
    page = editor_client.get(own(issue, "check")).text
    assert "It can be sent: every warning was waived." in words(page)
    api = DocumentClient(editor_client, issue.id)
    api.save({"op": "replace", "path": "/preheader", "value": "What happened this week"})
    assert "2 waivers no longer apply" in words(editor_client.get(own(issue, "check")).text)
