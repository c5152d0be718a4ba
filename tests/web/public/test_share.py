"""Share links: an issue that is being written, read and commented on without an account."""

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.comments.add import add_comment, add_reply
from newsletter.comments.models import Comment, ShareLink
from newsletter.comments.share import share, unshare
from newsletter.core import clock
from newsletter.core.links import Links
from newsletter.core.tokens import Purpose
from newsletter.document import loads
from newsletter.issues.edit import edit_issue
from newsletter.issues.models import Issue
from newsletter.issues.save import save_document
from newsletter.publications.models import Publication
from newsletter.web.headers import EMAIL_CONTENT_SECURITY_POLICY
from tests.databases import both_databases
from tests.web.public.published import found, page

ANA = "ana@press.example"


@pytest.fixture
def issue(session: Session, weekly: Publication) -> Issue:
    sections = [{"type": "text", "id": "hello", "text": "It left at *dawn*."}]
    document = {"title": "Draft", "slug": "draft", "subject": "S", "sections": sections}
    return save_document(session, weekly, loads(json.dumps(document)), author=ANA).issue


@pytest.fixture
def path(session: Session, issue: Issue, links: Links) -> str:
    """Of a link that was just made."""
    made = share(session, issue.id, actor=ANA)
    session.commit()
    return links.share(made.id).removeprefix(links.public_url)


def comments(session: Session) -> list[Comment]:
    session.rollback()
    return list(session.scalars(select(Comment).order_by(Comment.id)))


@both_databases
def test_it_shows_the_newest_text_and_takes_comments(
    client: FlaskClient, session: Session, issue: Issue, path: str
) -> None:
    add_comment(session, issue, "Between us only.", author=ANA)
    change = [{"op": "replace", "path": "/sections/0/text", "value": "It sailed at *dawn*."}]
    edit_issue(session, issue.id, "1.0", change, author=ANA)
    session.commit()
    answer = client.get(path)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == (
        "noindex, nofollow",
        "no-store",
    )
    assert "Between us only." not in answer.text
    [frame] = found(page(client, path), "//iframe")
    email = client.get(frame.get("src"))
    assert "It sailed at" in email.text
    assert email.headers["Content-Security-Policy"] == EMAIL_CONTENT_SECURITY_POLICY
    given = {"name": "Eve <script>", "text": "Surely <b>later</b>.\n@ana", "quote": "sailed at dawn"}
    written = client.post(path, data=given)
    comment = comments(session)[-1]
    assert (written.status_code, written.location) == (303, f"{path}#comment-{comment.id}")
    assert (comment.author, comment.section_id) == ("Eve <script>", "hello")
    assert comment.share_link_id is not None
    add_reply(session, issue, comment.id, "At nine, no doubt.", author=ANA)
    session.commit()
    shown = client.get(path).text
    assert "Surely &lt;b&gt;later" in shown
    assert "At nine, no doubt." in shown
    assert ANA not in shown


def test_what_cannot_be_used_stays_in_the_form(client: FlaskClient, session: Session, path: str) -> None:
    answer = client.post(path, data={"name": "", "text": "Typed words", "quote": ""})
    assert answer.status_code == 400
    assert "Typed words" in answer.text
    assert "Enter your name, at most 80 characters." in answer.text
    unknown = client.post(path, data={"name": "Eve", "text": "Typed words", "quote": "at noon"})
    assert "This text is not in the issue." in unknown.text
    assert comments(session) == []


def test_a_link_ends_by_its_day_or_by_hand(
    client: FlaskClient, session: Session, issue: Issue, path: str
) -> None:
    for url in (path, f"{path}/email"):
        with time_machine.travel(clock.now() + timedelta(days=14, minutes=1)):
            assert "This link has expired." in client.get(url).text
        assert client.get(url).status_code == 200
    unshare(session, issue.id, actor=ANA)
    session.commit()
    for answer in (client.get(path), client.get(f"{path}/email"), client.post(path, data={"text": "x"})):
        assert answer.status_code == 400
        assert "This link has been revoked." in answer.text
    assert session.scalars(select(ShareLink)).one().revoked_at is not None


def test_tokens_of_other_purposes_open_nothing(
    client: FlaskClient, session: Session, path: str, links: Links
) -> None:
    for purpose in set(Purpose) - {Purpose.SHARE}:
        assert client.get(f"/share/{links.signer.sign(purpose, 1)}").status_code == 404
    assert client.get(f"/share/{links.signer.sign(Purpose.SHARE, 999)}").status_code == 404
    assert client.get(path.replace("/share/", "/preview/")).status_code == 404


def test_a_visitor_writes_so_many_comments(
    client: FlaskClient, session: Session, path: str, app: Flask
) -> None:
    app.config["SHARED_COMMENTS"] = "2 per hour"
    given = {"name": "Eve", "text": "Well."}
    assert [client.post(path, data=given).status_code for _ in range(3)] == [303, 303, 429]
    assert len(comments(session)) == 2
