"""Sending: what will happen is said first, and happens once."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.core.links import Links
from newsletter.issues.load import find_revision
from newsletter.issues.models import Issue
from newsletter.mailings.models import MailingState
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.sending.schedule import schedule
from tests.databases import both_databases
from tests.factories import make_readers
from tests.web.admin.issues.conftest import (
    LATER,
    DocumentClient,
    confirmation,
    mailings,
    own,
    save_issue,
    tree,
    words,
)
from tests.web.signed_in import SignedIn

pytestmark = pytest.mark.usefixtures("march")


def test_the_page_counts_and_says_what_will_happen(
    editor_client: SignedIn, issue: Issue, readers: None
) -> None:
    page = words(editor_client.get(f"{own(issue, 'send')}?{urlencode(LATER)}").text)
    assert tree(editor_client.get(own(issue, "send")).text).get_element_by_id("field-zone").get("value") == (
        "Europe/Rome"
    )
    city = words(editor_client.get(f"{own(issue, 'send')}?{urlencode(LATER | {'zone': 'new york'})}").text)
    assert "on Friday 27 November 2026 at 08:00 America/New_York." in city
    assert "12 readers of The Morning" in page
    assert "1 not confirmed yet" in page
    assert "2 paused" in page
    sentence = "Send to 12 readers of The Morning on Friday 27 November 2026 at 08:00 Europe/Rome."
    assert sentence in page
    assert "Schedule for 12 readers" in page
    now = words(editor_client.get(f"{own(issue, 'send')}?when=now").text)
    assert "Send to 12 readers of The Morning now." in now
    assert "Send to 12 readers now" in now


@both_databases
def test_scheduling_locks_and_two_clicks_make_one_mailing(
    editor_client: SignedIn, session: Session, issue: Issue, readers: None
) -> None:
    fields = confirmation(editor_client, issue, **LATER)
    for _ in range(2):
        answer = editor_client.post(own(issue, "send"), data=fields)
        assert (answer.status_code, answer.location) == (303, own(issue, "send"))
    [mailing] = mailings(session)
    assert mailing.state is MailingState.SCHEDULED
    assert mailing.scheduled_at == datetime(2026, 11, 27, 7, 0, tzinfo=UTC)
    assert mailing.zone == "Europe/Rome"
    # What the back button shows: the page is not kept, and says what happened.
    shown = editor_client.get(f"{own(issue, 'send')}?{urlencode(LATER)}")
    assert "no-store" in shown.headers["Cache-Control"]
    assert "is scheduled for Friday 27 November 2026 at 08:00 Europe/Rome" in words(shown.text)
    assert not tree(shown.text).cssselect("#confirm")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "mailing.scheduled")).one()
    assert entry.actor == "eddi@press.example"


def test_unschedule_and_edit(
    editor_client: SignedIn, session: Session, issue: Issue, api: DocumentClient, readers: None
) -> None:
    editor_client.post(own(issue, "send"), data=confirmation(editor_client, issue, **LATER))
    assert api.read()["locked"]
    opened = editor_client.get(own(issue, "edit")).text
    assert f'"unschedule": "{own(issue, "unschedule")}"' in opened
    assert "This issue is scheduled for" in opened
    assert "Nobody has received it" in editor_client.get(own(issue, "unschedule")).text
    for _ in range(2):
        answer = editor_client.post(own(issue, "unschedule"))
        assert (answer.status_code, answer.location) == (303, own(issue, "edit"))
    [mailing] = mailings(session)
    assert mailing.state is MailingState.CANCELLED
    assert not api.read()["locked"]
    state = api.read()["etag"]
    change = {"op": "replace", "path": "/subject", "value": "Better"}
    assert api.save(change).status_code == 200
    row = session.get_one(Issue, issue.id, populate_existing=True)
    assert find_revision(session, row, 1).locked_at is not None
    assert find_revision(session, row).number == 2
    assert api.read()["etag"] != state
    assert (
        editor_client.post(own(issue, "send"), data=confirmation(editor_client, issue, **LATER)).status_code
        == 303
    )
    assert [row.state for row in mailings(session)] == [MailingState.CANCELLED, MailingState.SCHEDULED]
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("mailing.unscheduled") == 1


@pytest.mark.usefixtures("reader")
def test_what_is_being_sent_is_not_unscheduled(
    editor_client: SignedIn, session: Session, issue: Issue, links: Links
) -> None:
    mailing = schedule(session, session.get_one(Issue, issue.id), None, links, actor="test")
    mailing.state = MailingState.SENDING
    session.commit()
    answer = editor_client.post(own(issue, "unschedule"))
    assert answer.location == own(issue, "send")
    page = words(editor_client.get(own(issue, "send")).text)
    assert "can no longer be unscheduled" in page
    assert "Unschedule and edit" not in page
    assert mailings(session)[0].state is MailingState.SENDING


def test_what_blocks_is_shown_with_its_place_and_cannot_be_sent(
    editor_client: SignedIn, session: Session, publication: Publication, readers: None
) -> None:
    issue = save_issue(session, publication, subject="")
    session.commit()
    page = editor_client.get(f"{own(issue, 'send')}?when=now").text
    assert "Add a subject line." in page
    assert not tree(page).cssselect("#confirm")
    forced = {"state": "1.0", "count": "12", "at": "", "when": "now"}
    answer = editor_client.post(own(issue, "send"), data=forced)
    assert answer.status_code == 400
    assert "The issue cannot be sent yet" in words(answer.text)
    assert mailings(session) == []


def test_nobody_to_send_to(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    page = editor_client.get(f"{own(issue, 'send')}?when=now").text
    assert "Nobody would get this issue" in page
    assert not tree(page).cssselect("#confirm")
    answer = editor_client.post(own(issue, "send"), data={"state": "1.0", "count": "0", "at": ""})
    assert answer.status_code == 409
    assert mailings(session) == []


def test_above_a_size_the_number_is_typed(
    app: Flask, editor_client: SignedIn, session: Session, issue: Issue, readers: None
) -> None:
    app.config["TYPED_COUNT_ABOVE"] = 10
    fields = confirmation(editor_client, issue, **LATER)
    assert fields["typed"] == ""
    for typed in ("", "11", "twelve", "1" * 400):
        answer = editor_client.post(own(issue, "send"), data=fields | {"typed": typed})
        assert answer.status_code == 409
        page = tree(answer.text)
        assert "Type the number of readers, 12, to confirm." in words(answer.text)
        [field] = page.cssselect("#confirm input[name=at]")
        assert field.get("value") == "2026-11-27T08:00+01:00[Europe/Rome]"
    assert mailings(session) == []
    answer = editor_client.post(own(issue, "send"), data=fields | {"typed": " 12 "})
    assert answer.status_code == 303
    assert len(mailings(session)) == 1


@pytest.mark.usefixtures("readers")
def test_what_changed_since_the_page_was_opened_is_told(
    session: Session, publication: Publication, issue: Issue, api: DocumentClient
) -> None:
    fields = confirmation(api.client, issue, when="now")
    api.save({"op": "replace", "path": "/subject", "value": "Another"})
    answer = api.client.post(own(issue, "send"), data=fields)
    assert (answer.status_code, "has changed since" in answer.text) == (409, True)
    fields = confirmation(api.client, issue, when="now")
    make_readers(session, publication, 40, start=100)
    session.commit()
    answer = api.client.post(own(issue, "send"), data=fields)
    assert (answer.status_code, "number of readers has changed" in answer.text) == (409, True)
    assert mailings(session) == []


@pytest.mark.parametrize("page", ["send", "unschedule", "test", "delete"])
def test_nothing_happens_without_the_token(
    editor_client: SignedIn, session: Session, issue: Issue, page: str
) -> None:
    answer = editor_client.post(own(issue, page), data={"addresses": "a@press.example"}, csrf=False)
    assert answer.status_code in {400, 403}
    assert session.get(Issue, issue.id) is not None
    assert session.scalars(select(SystemMessage)).all() == []
    assert mailings(session) == []


@pytest.mark.parametrize("page", ["send", "unschedule", "test", "delete"])
def test_what_is_not_there_is_not_found(editor_client: SignedIn, page: str) -> None:
    if page != "test":
        assert editor_client.get(f"/admin/issues/4711/{page}").status_code == 404
    if page != "delete":
        assert editor_client.post(f"/admin/issues/4711/{page}").status_code == 404


@pytest.mark.parametrize("left_out", [{"at": ""}, {}, {"at": "", "when": ""}, {"at": "  ", "when": "later"}])
def test_a_form_that_does_not_say_now_does_not_send_now(
    editor_client: SignedIn,
    session: Session,
    issue: Issue,
    readers: None,
    left_out: dict[str, str],
) -> None:
    page = tree(editor_client.get(f"{own(issue, 'send')}?when=now").text)
    fields = {each.get("name"): each.get("value") for each in page.cssselect("#confirm input[type=hidden]")}
    given = {name: value for name, value in fields.items() if name not in {"at", "when"}} | left_out
    assert editor_client.post(own(issue, "send"), data=given).status_code == 400
    assert mailings(session) == []
