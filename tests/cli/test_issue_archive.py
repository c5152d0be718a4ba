"""`newsletter issue archive`: tags, the page in the archive, sign-ups."""

import pytest
from sqlalchemy.orm import Session

from newsletter.issues.models import Issue
from newsletter.subscribers.issue_sign_ups import record_issue_sign_up
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication, make_subscription
from tests.web.public.published import publish


@pytest.fixture(autouse=True)
def issue(session: Session) -> Issue:
    return publish(session, make_publication(session))


@both_databases
def test_it_shows_what_readers_find_and_what_came_of_it(run: Run, session: Session, issue: Issue) -> None:
    subscription = make_subscription(session, issue.publication, "ana@example.org")
    session.flush()
    record_issue_sign_up(session, subscription.id, issue.id)
    session.commit()
    done = run("issue", "archive", str(issue.id), "--tags", "Night trains, EU", "--json")
    assert (done.code, done.json["number"], done.json["tags"]) == (0, 1, ["EU", "Night trains"])
    assert done.json["url"].endswith("/archive/weekly/one")
    assert done.json["sign_ups"]["asked"] == 1
    assert run("issue", "list", "--json").json["issues"][0]["tags"] == ["EU", "Night trains"]
    assert "Tags: EU, Night trains" in run("issue", "archive", str(issue.id)).out
    assert run("issue", "archive", str(issue.id), "--tags", "", "--json").json["tags"] == []


def test_mistakes_get_one_sentence(run: Run, issue: Issue) -> None:
    assert "There is no issue 99" in run("issue", "archive", "99").err
    done = run("issue", "archive", str(issue.id), "--tags", "x" * 50)
    assert (done.code != 0, "A tag has at most 40 characters" in done.err) == (True, True)
