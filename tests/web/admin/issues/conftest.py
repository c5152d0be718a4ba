"""A publication with an issue to work on."""

import json
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from newsletter.document import loads
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from tests.web.signed_in import SignedIn

JSON = {"Accept": "application/json"}
STORY = {
    "headline": "A library for a town that had none",
    "url": "https://news.example.org/library",
    "blurb": "Eleven thousand books came by *mule*, truck and post.",
    "provenance": {"outlet": "Upland Radio"},
}


class Desk:
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
def issue(session: Session, publication: Publication) -> Issue:
    """A draft with a story, that nothing but a test message keeps from being sent."""
    made = save_issue(session, publication)
    session.commit()
    return made


@pytest.fixture
def desk(editor_client: SignedIn, issue: Issue) -> Desk:
    return Desk(editor_client, issue.id)


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
