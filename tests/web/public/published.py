"""Publish issues and read the pages that show them."""

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.orm import Session

from newsletter.document import Document
from newsletter.issues.models import Issue
from newsletter.issues.publish import publish_issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication

FRIDAY = datetime(2026, 5, 15, 6, 0, tzinfo=UTC)


def publish(
    session: Session, publication: Publication, slug: str = "one", at: datetime = FRIDAY, **facts: Any
) -> Issue:
    facts = {"title": f"Issue {slug}", "subject": "A subject", "summary": f"About {slug}."} | facts
    saved = save_document(session, publication, Document(slug=slug, **facts))
    issue = publish_issue(session, saved.revision, at)
    session.commit()
    return issue


def page(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.document_fromstring(answer.data)


def found(element: html.HtmlElement, path: str) -> list[Any]:
    return list(element.xpath(path))
