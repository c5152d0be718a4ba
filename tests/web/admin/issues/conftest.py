"""A publication with an issue to work on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from lxml import html as lxml_html
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.mailings.models import Mailing
from newsletter.publications.models import Publication
from newsletter.subscribers.models import State
from tests.factories import make_readers, make_subscription
from tests.web.signed_in import SignedIn

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = {"when": "later", "date": "2026-11-27", "time": "08:00", "zone": "Europe/Rome"}
JSON = {"Accept": "application/json"}
STORY = {
    "headline": "A library for a town that had none",
    "url": "https://news.example.org/library",
    "blurb": "Eleven thousand books came by *mule*, truck and post.",
    "provenance": {"outlet": "Upland Radio"},
}


class DocumentClient:
    """What the editor's script does: it reads the document and sends changes to it."""

    def __init__(self, client: SignedIn, issue_id: int) -> None:
        self.client = client
        self.url = f"/admin/issues/{issue_id}/document"

    def read(self) -> Any:
        answer = self.client.get(self.url, headers=JSON)
        assert answer.status_code == 200, answer.text
        return answer.json

    def save(self, *operations: Any, state: str | None = None, **headers: str) -> TestResponse:
        etag = self.read()["etag"] if state is None else state
        given = {"If-Match": etag, **JSON, "Content-Type": "application/json-patch+json"} | headers
        return self.client.patch(self.url, data=json.dumps(operations), headers=given)


@pytest.fixture
def reader(session: Session, publication: Publication) -> None:
    """Somebody to send to."""
    make_subscription(session, publication, "reader@readers.example")
    session.commit()


@pytest.fixture
def issue(session: Session, publication: Publication) -> Issue:
    """A draft with a story, that nothing but a test message keeps from being sent."""
    made = save_issue(session, publication)
    session.commit()
    return made


@pytest.fixture
def api(editor_client: SignedIn, issue: Issue) -> DocumentClient:
    return DocumentClient(editor_client, issue.id)


def save_issue(session: Session, publication: Publication, **facts: Any) -> Issue:
    given = {
        "title": "Week one",
        "slug": "week-one",
        "subject": "What happened this week",
        "preheader": "Three stories and a mill",
        "sections": [
            {"type": "text", "id": "hello", "text": 'Dear {{ first_name | default: "reader" }},'},
            {"type": "links", "id": "digest", "title": "Weekly digest", "items": [STORY]},
        ],
    } | facts
    return save_document(session, publication, loads(json.dumps(given)), author="ana@press.example").issue


@pytest.fixture
def march() -> Iterator[time_machine.Traveller]:
    """A morning before two changes of the clocks; who signs in does so then."""
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture
def readers(session: Session, publication: Publication) -> None:
    """Twelve who get it, one who did not confirm and two who paused."""
    make_readers(session, publication, 12)
    make_subscription(session, publication, "pending@readers.example", state=State.PENDING)
    for number in range(2):
        make_subscription(session, publication, f"paused{number}@readers.example", state=State.PAUSED)
    session.commit()


def own(issue: Issue, page: str) -> str:
    return f"/admin/issues/{issue.id}/{page}"


def tree(text: str) -> Any:
    return lxml_html.document_fromstring(text)


def words(text: str) -> str:
    return " ".join(tree(text).text_content().split())


def confirmation(client: SignedIn, issue: Issue, **asked: str) -> dict[str, str]:
    """The fields of the form that sends, as the page fills them in."""
    page = client.get(f"{own(issue, 'send')}?{urlencode(asked)}").text
    [form] = tree(page).cssselect("#confirm form")
    return {field.get("name"): field.get("value", "") for field in form.cssselect("input[name]")}


def mailings(session: Session) -> list[Mailing]:
    session.rollback()
    return list(session.scalars(select(Mailing).execution_options(populate_existing=True)))
