"""Sign-ups are counted by the issue in the archive whose page they came from."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.publications.models import Publication
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.export_data import export_data
from newsletter.subscribers.issue_sign_ups import IssueSignUps, count_issue_sign_ups
from newsletter.subscribers.models import Subscription
from tests.databases import both_databases
from tests.factories import make_publication
from tests.web.public.published import found, page, publish


@pytest.fixture
def issue(session: Session, weekly: Publication) -> Issue:
    return publish(session, weekly)


def sign_up(client: FlaskClient, path: str, email: str) -> None:
    """Fill in the form at `path` and send everything that is in it, as a browser does."""
    shown = page(client, path)
    (form,) = found(shown, "//form[@method='post']")
    fields = {field.get("name"): field.get("value") or "" for field in found(form, ".//input")}
    assert client.post(form.get("action"), data=fields | {"email": email}).status_code == 200


def counted(session: Session, issue: Issue) -> tuple[int, int]:
    session.rollback()
    counts = count_issue_sign_ups(session, issue.id)
    session.rollback()
    return counts.asked, counts.confirmed


@both_databases
def test_the_page_of_an_issue_leads_to_a_form_that_knows_it(
    client: FlaskClient, session: Session, issue: Issue
) -> None:
    (path,) = found(page(client, "/archive/weekly/one"), "//aside//a/@href")
    assert path == "/subscribe/weekly?issue=one"
    for email in ("ana@example.org", "bo@example.org", "ana@example.org"):
        sign_up(client, path, email)
    sign_up(client, "/subscribe/weekly", "cleo@example.org")
    assert counted(session, issue) == (2, 0)

    ana = session.scalars(select(Subscription).order_by(Subscription.id)).first()
    assert ana
    confirm(session, ana.id, locale="en")
    session.commit()
    assert counted(session, issue) == (2, 1)
    told = export_data(session, ana.subscriber_id)
    assert [row["issue_id"] for row in told["records"]["issue_sign_up"]] == [issue.id]


@pytest.mark.parametrize("slug", ["elsewhere", "draft", "", "a%00b", "%22%3E<script>", "x" * 500, "%FF"])
def test_what_is_no_issue_here_counts_nowhere_and_is_no_mistake(
    client: FlaskClient, session: Session, issue: Issue, slug: str
) -> None:
    other = publish(session, make_publication(session, "other"), "elsewhere")
    sign_up(client, f"/subscribe/weekly?issue={slug}", "ana@example.org")
    assert session.scalars(select(Subscription.id)).all() != []
    assert (counted(session, issue), counted(session, other)) == ((0, 0), (0, 0))
    assert found(page(client, f"/subscribe/weekly?issue={slug}"), "//form//script") == []


def test_a_refused_form_still_knows_the_issue(client: FlaskClient, session: Session, issue: Issue) -> None:
    answer = client.post("/subscribe/weekly", data={"email": "ana", "issue": "one", "stamp": ""})
    assert answer.status_code == 400
    assert re.search(r'name="issue" value="one"', answer.text)
    assert count_issue_sign_ups(session, issue.id) == IssueSignUps(0, 0)
