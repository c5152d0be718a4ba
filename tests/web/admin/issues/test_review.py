"""The review before a send, and test messages."""

import cProfile
import pstats
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from newsletter.audit.models import AuditEntry
from newsletter.issues import models
from newsletter.issues.models import Issue
from newsletter.media.models import MediaFile
from newsletter.outbox.models import SystemMessage
from newsletter.publications.models import Publication
from newsletter.web.limits import limiter
from tests.databases import both_databases
from tests.web.admin.issues.conftest import (
    JSON,
    DocumentClient,
    own,
    save_issue,
    tree,
    words,
)
from tests.web.signed_in import SignedIn

pytestmark = pytest.mark.usefixtures("march")


@pytest.mark.usefixtures("reader")
def test_the_review_shows_what_preflight_finds_and_where(
    editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    issue = save_issue(session, publication, subject="TK", preheader="")
    session.commit()
    page = editor_client.get(own(issue, "check")).text
    assert "Fix 1 problem before sending." in words(page)
    places = [link.get("href") for link in tree(page).cssselect(".finding a")]
    edit = own(issue, "edit")
    assert places == [f"{edit}#subject", f"{edit}#preheader", f"{own(issue, 'send')}#test"]
    answer = editor_client.get(own(issue, "check"), headers=JSON)
    assert answer.json is not None
    assert answer.json["blocking"] == 1
    assert answer.json["etag"] == "1.0"
    assert answer.json["findings"][0] == {
        "rule": "placeholders",
        "level": "blocking",
        "message": "“TK” looks like a leftover placeholder.",
        "path": "subject",
        "edition": "",
        "waived": None,
    }


@pytest.mark.usefixtures("reader")
def test_what_is_wrong_with_the_publication_leads_to_its_settings(
    editor_client: SignedIn, session: Session, publication: Publication, issue: Issue
) -> None:
    publication.postal_address = ""
    session.commit()
    [place, _] = [
        link.get("href") for link in tree(editor_client.get(own(issue, "send")).text).cssselect(".finding a")
    ]
    assert place == f"/admin/p/{publication.slug}/settings#postal_address"
    assert tree(editor_client.get(place).text).cssselect("#postal_address")
    answer = editor_client.get(own(issue, "check"), headers=JSON)
    assert answer.json is not None
    assert answer.json["findings"][0]["url"] == place


def test_an_issue_for_nobody_leads_to_the_subscribers(editor_client: SignedIn, issue: Issue) -> None:
    answer = editor_client.get(own(issue, "check"), headers=JSON)
    assert answer.json is not None
    [nobody] = [finding for finding in answer.json["findings"] if finding["level"] == "blocking"]
    assert nobody["message"].startswith("Nobody would get this issue")
    assert "Add" in editor_client.get(nobody["url"]).text


@pytest.mark.usefixtures("reader")
def test_a_test_message_is_recorded_and_an_edit_makes_it_old(
    editor_client: SignedIn, session: Session, issue: Issue, api: DocumentClient
) -> None:
    assert "No test message has been sent" in editor_client.get(own(issue, "check")).text
    to = {"addresses": "Ana@press.example, bo@press.example; ana@press.example"}
    answer = editor_client.post(own(issue, "test"), data=to)
    assert (answer.status_code, answer.location) == (303, own(issue, "send"))
    page = words(editor_client.get(own(issue, "send")).text)
    assert "is on its way to Ana@press.example, bo@press.example." in page
    assert "No problems found." in page
    sent = session.scalars(select(SystemMessage).order_by(SystemMessage.id)).all()
    assert [message.recipient for message in sent] == ["Ana@press.example", "bo@press.example"]
    assert "issue.tested" in session.scalars(select(AuditEntry.action)).all()
    api.save({"op": "replace", "path": "/subject", "value": "Another"})
    assert "No test message has been sent" in editor_client.get(own(issue, "check")).text


@both_databases
def test_two_clicks_send_one_test(editor_client: SignedIn, session: Session, issue: Issue) -> None:
    for _ in range(2):
        assert (
            editor_client.post(own(issue, "test"), data={"addresses": "a@press.example"}).status_code == 303
        )
    assert session.scalar(select(func.count()).select_from(SystemMessage)) == 1
    editor_client.post(own(issue, "test"), data={"addresses": "b@press.example"})
    assert session.scalar(select(func.count()).select_from(models.ProofMessage)) == 2


def test_test_messages_are_limited(
    app: Flask, editor_client: SignedIn, session: Session, issue: Issue
) -> None:
    with app.app_context():
        limiter.reset()
    app.config["TEST_MESSAGES"] = "1 per hour"
    statuses = [
        editor_client.post(own(issue, "test"), data={"addresses": f"{who}@press.example"}).status_code
        for who in ("a", "b")
    ]
    assert statuses == [303, 429]
    assert session.scalar(select(func.count()).select_from(SystemMessage)) == 1


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Enter an address"),
        ("nobody", "is not an email address"),
        ("a@b.example, <script>alert(1)</script>", "is not an email address"),
        (" ".join(f"a{n}@press.example" for n in range(6)), "at most 5 addresses; you entered 6"),
        ("a@press.example\r\nBcc:x@y.example", "is not an email address"),
    ],
)
def test_addresses_that_cannot_be_used_are_told_and_kept(
    editor_client: SignedIn, session: Session, issue: Issue, typed: str, why: str
) -> None:
    answer = editor_client.post(own(issue, "test"), data={"addresses": typed})
    assert answer.status_code == 400
    assert why in words(answer.text)
    [field] = tree(answer.text).cssselect("#field-addresses")
    assert field.get("value").split() == typed.split()
    assert session.scalars(select(SystemMessage)).all() == []


@pytest.mark.parametrize("page", ["check", "send"])
def test_a_review_reads_the_document_and_its_images_once(
    page: str, editor_client: SignedIn, session: Session, publication: Publication
) -> None:
    for key in ("1111111111", "2222222222", "3333333333"):
        session.add(
            MediaFile(key=key, filename="a.png", format="png", octets=1, width=600, height=400, alt="A")
        )
    publication.logo = "3333333333"
    pictures = [
        {"type": "image", "id": f"i{key[0]}", "image": {"src": f"media:{key}", "alt": "A mill"}}
        for key in ("1111111111", "2222222222")
    ]
    issue = save_issue(session, publication, sections=pictures)
    session.commit()
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    profile = cProfile.Profile()
    event.listen(Engine, "before_cursor_execute", note)
    try:
        answer = profile.runcall(editor_client.get, own(issue, page))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert "mended" not in words(answer.text)
    assert answer.status_code == 200
    assert sum("FROM media_file" in statement for statement in statements) == 1
    assert sum("FROM revision" in statement for statement in statements) == 1
    calls: dict[tuple[str, int, str], tuple[Any, ...]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    parsed = [
        of[0] for (file, _line, name), of in calls.items() if (name, file[-10:]) == ("read", "reading.py")
    ]
    assert parsed == [1]
