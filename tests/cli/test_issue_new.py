"""`newsletter issue new`: begins from the last issue, a certain one, or nothing."""

import json

import pytest
from sqlalchemy.orm import Session

from newsletter.document import loads
from newsletter.issues.save import save_document
from tests.cli.conftest import Run
from tests.databases import both_databases
from tests.factories import make_publication

SECTIONS = [
    {"type": "links", "id": "digest", "title": "Weekly digest", "items": [{"headline": "A mill"}]},
    {"type": "about", "id": "about", "title": "What is it?", "text": "A letter.", "owner": "Mira"},
]


@pytest.fixture(autouse=True)
def last(session: Session) -> int:
    """The id of the last issue."""
    publication = make_publication(session)
    make_publication(session, "other")
    document = loads(json.dumps({"title": "Week one", "subject": "One", "sections": SECTIONS}))
    issue_id = save_document(session, publication, document).issue.id
    session.commit()
    return issue_id


def sections(run: Run, issue_id: int) -> list[dict[str, object]]:
    exported: list[dict[str, object]] = run("issue", "export", str(issue_id)).json.get("sections", [])
    return exported


@both_databases
def test_an_issue_begins_with_the_skeleton_of_the_last_one(run: Run, last: int) -> None:
    made = run("issue", "new", "--publication", "weekly", "--json")
    assert (made.code, made.json["title"], made.json["from"]) == (0, "The Weekly 1", last)
    digest, about = sections(run, made.json["issue"])
    assert (digest["title"], "items" in digest) == ("Weekly digest", False)
    assert (about["text"], about["owner"]) == ("A letter.", "Mira")


def test_it_begins_from_a_certain_issue_or_from_nothing(run: Run, last: int) -> None:
    named = run("issue", "new", "--publication", "weekly", "--from", str(last), "--title", "Named", "--json")
    assert (named.json["title"], len(sections(run, named.json["issue"]))) == ("Named", 2)
    empty = run("issue", "new", "--publication", "weekly", "--from", "empty", "--json").json
    assert (empty["from"], sections(run, empty["issue"])) == (None, [])
    assert run("issue", "new", "--publication", "other", "--json").json["from"] is None


def test_mistakes_get_one_sentence(run: Run, last: int) -> None:
    for arguments, sentence in (
        (("--publication", "other", "--from", str(last)), "has no issue"),
        (("--publication", "weekly", "--from", "99"), "There is no issue 99"),
        (("--publication", "weekly", "--from", "first"), "After --from write"),
        (("--publication", "none"), "no publication"),
    ):
        done = run("issue", "new", *arguments)
        assert (done.code, done.out) == (2, "")
        assert sentence in done.err
